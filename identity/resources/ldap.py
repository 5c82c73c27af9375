"""What an LDAP directory has. Source: section 9 of `families.md`, the published schemas."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from astra.accounts.models import NAME_MAX_LENGTH
from astra.api import filters
from astra.api.query import Condition
from astra.resources.members import Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource, Seeding
from astra.resources.shapes import Members
from identity import kinds
from identity.models import LdapGroup, LdapUser
from identity.models.directory import DN_MAX_LENGTH
from identity.views import LdapEntries


class Part(filters.Member):
    """A text that `in` finds in parts of it, whatever their case."""

    def matching(self, rows: QuerySet[Any], condition: Condition, now: datetime) -> QuerySet[Any]:
        """Return the rows for which the condition holds."""
        if condition.operator != "in":
            return super().matching(rows, condition, now)
        found = (
            Q(**{f"{self.field_name}__icontains": part}) for part in condition.value.split(",")
        )
        return rows.filter(reduce(or_, found))


class SearchedText(Text):
    """A text of an entry, which is looked for by a part of it."""

    filter_class = Part


_SHORT: Any = {"min_length": 1, "max_length": NAME_MAX_LENGTH}
_PARAMETERS = frozenset({"include", "limit", "filter", "continue"})


def _named() -> tuple[Text, Text]:
    return (
        SearchedText("cn", label="Common name", **_SHORT),
        SearchedText("dn", label="Distinguished name", storable_length=DN_MAX_LENGTH),
    )


LDAP_USER = Resource(
    model=LdapUser,
    members=Members(
        kinds.LDAP_USER,
        SearchedText("email", min_length=3, max_length=NAME_MAX_LENGTH),
        SearchedText("firstName", sometimes=True, **_SHORT),
        SearchedText("lastName", sometimes=True, **_SHORT),
        *_named(),
        module=__name__,
    ),
    paths=("core/v1/ldapUsers",),
    within=WHOLE_ACCOUNT,
    published_parameters=_PARAMETERS,
    failures={},
    collection=LdapEntries,
    columns=("cn", "email"),
    key="cn",
    seeding=Seeding("ldapUsers", by="identity.scenarios.groups.EntrySection"),
)

LDAP_GROUP = Resource(
    model=LdapGroup,
    members=Members(kinds.LDAP_GROUP, *_named(), module=__name__),
    paths=("core/v1/ldapGroups",),
    within=WHOLE_ACCOUNT,
    published_parameters=_PARAMETERS,
    failures={},
    collection=LdapEntries,
    columns=("cn", "dn"),
    key="cn",
    seeding=Seeding("ldapGroups", by="identity.scenarios.groups.LdapGroupSection"),
)
