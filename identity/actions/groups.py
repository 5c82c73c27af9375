"""Who is in a group, as the account's directory has it, and who may remove one."""

from collections.abc import Iterable, Mapping
from typing import Any

from astra.accounts.models import AuthProvider, Group, Membership, User
from astra.api.problems import ApiProblem
from identity.actions.users import OwnersGuard
from identity.models import LdapGroup
from identity.problems import NOT_IN_DIRECTORY


def join_members(group: Group) -> None:
    """Have the users in a new group that are in it by the directory.

    Raises problem 14 for a group that the directory does not have.
    """
    entries = LdapGroup.objects.filter(account_id=group.account_id, dn=group.auth_id)
    known = list(entries.values_list("members", flat=True))
    if not known:
        raise ApiProblem(NOT_IN_DIRECTORY)
    names = {name for members in known for name in members}
    users = User.objects.filter(
        account_id=group.account_id, auth_provider=AuthProvider.LDAP, auth_id__in=names
    )
    _join((user, group) for user in users)


def join_groups(user: User) -> None:
    """Have a new user of the directory in its groups."""
    if user.auth_provider != AuthProvider.LDAP or not user.auth_id:
        return
    entries = LdapGroup.objects.filter(account_id=user.account_id, members__contains=[user.auth_id])
    groups = Group.objects.filter(account_id=user.account_id, auth_id__in=entries.values("dn"))
    _join((user, group) for group in groups)


def _join(pairs: Iterable[tuple[User, Group]]) -> None:
    Membership.objects.bulk_create(
        (Membership(account_id=user.account_id, user=user, group=group) for user, group in pairs),
        ignore_conflicts=True,
    )


class GroupGuard(OwnersGuard):
    """Decides on changes to groups; what its users may do by it goes with the group."""

    def replace(self, row: Group, body: Mapping[str, Any]) -> None:
        """Permit every change: none concerns what its users may do."""

    def delete(self, row: Group) -> None:
        """Raise problem 11 for a group of owners by another, and for the last owners."""
        if row.id in self.gone_with:
            self.check(row.id, stays=False)
