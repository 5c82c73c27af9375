"""Groups. Source: section 9 of `families.md` and the published `group` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.accounts.models import GROUP_NAME_MAX_LENGTH, AuthProvider, Group
from astra.api.problems import CONFLICT, INVALID_HEADERS
from astra.resources.members import REQUIRED, Choice, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, REPLACE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.groups import GroupGuard, join_members
from identity.distinguished import common_name
from identity.problems import NOT_IN_DIRECTORY


def complete(group: Group, now: datetime) -> Sequence[str]:
    """Call a group without a name like the first common name of its `authID`, else like that."""
    group.name = group.name or common_name(group.auth_id) or group.auth_id
    return ()


MEMBERS = Members(
    kinds.GROUP,
    Text("name", min_length=1, max_length=GROUP_NAME_MAX_LENGTH),
    Choice("authProvider", create=REQUIRED, fixed=True, choices=[AuthProvider.LDAP.value]),
    Text("authID", create=REQUIRED, fixed=True, min_length=1, max_length=GROUP_NAME_MAX_LENGTH),
    module=__name__,
)

GROUP = Resource(
    model=Group,
    members=MEMBERS,
    paths=("core/v1/groups", "core/v1/users/{user_id}/groups"),
    within=WHOLE_ACCOUNT,
    **kinds.COMMON,
    write_role="admin",
    refusals={CREATE: (NOT_IN_DIRECTORY,), REPLACE: (INVALID_HEADERS,)},
    complete=complete,
    created=join_members,
    taken=[Taken("group_is_unique", CONFLICT, "authID")],
    guarding=GroupGuard.holding,
    seeding=Seeding(order=12, by="identity.scenarios.groups.GroupSection"),
)
