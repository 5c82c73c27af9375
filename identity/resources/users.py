"""Users. Source: section 11 of `appbackup.md` and the published `user` schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from astra.accounts.models import AuthProvider, User, UserState
from astra.api import fields
from astra.api.problems import CONFLICT
from astra.resources.composed import Document, Known
from astra.resources.members import ABSENT, REQUIRED, Choice, Flag, Instant, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, LIST, RETRIEVE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.groups import join_groups
from identity.actions.users import UserGuard
from identity.resources.accounts import ShownAddress

EMAIL_TAKEN = "email", "A user of this account has this email."
NO_LAST_ACT = "users have no `lastActTimestamp`."


class PostalAddress(ShownAddress):
    """`postalAddress`: replaced as a whole."""

    postalCode = fields.TextField(min_length=1, max_length=63)


class Enabled(Flag):
    """`isEnabled`, with the instant since which the user is."""

    sets_also = ("enabled_at",)

    def apply(self, row: Any, value: Any) -> None:
        if value == "true" and not row.is_enabled:
            row.enabled_at = row.modified_at
        super().apply(row, value)


class AuthID(Text):
    """`authID`: that of a local user follows from the email, whatever is sent."""

    def apply(self, row: Any, value: Any) -> None:
        # What provider a new user has, only a later member says.
        if row._state.adding or row.auth_provider != AuthProvider.LOCAL:
            super().apply(row, value)


class Email(Text):
    """`email`: also the `authID` of a local user."""

    field_class = fields.EmailField
    sets_also = ("auth_id",)

    def apply(self, row: Any, value: Any) -> None:
        super().apply(row, value)
        if row.auth_provider == AuthProvider.LOCAL:
            row.auth_id = row.email


class Welcome(Flag):
    """`sendWelcomeEmail`: ignored unless the provider is cloud-central, as the document says."""

    def apply(self, row: Any, value: Any) -> None:
        is_heeded = row.auth_provider == AuthProvider.CLOUD_CENTRAL
        super().apply(row, value if is_heeded else "false")


def welcome(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a create with what it says of the email by default."""
    return {"sendWelcomeEmail": "true", **body}


def complete(user: User, now: datetime) -> Sequence[str]:
    """Enable a new user: a local one is active, another pending, as the document has it."""
    if user._state.adding:
        is_local = user.auth_provider == AuthProvider.LOCAL
        user.state = UserState.ACTIVE if is_local else UserState.PENDING
        user.enabled_at = now
    return ()


MEMBERS = Members(
    kinds.USER,
    Choice("state", choices=UserState.values, create=ABSENT),
    Enabled("isEnabled", create=ABSENT, label="Enabled"),
    AuthID("authID", sometimes=True, storable_length=254),
    Choice("authProvider", choices=AuthProvider.values, fixed=True),
    Text("firstName", max_length=63),
    Text("lastName", max_length=63),
    Text("companyName", label="Company", sometimes=True, min_length=1, max_length=63),
    Email("email", create=REQUIRED, storable_length=254),
    Text("phone", sometimes=True, storable_length=63),
    Document("postalAddress", of=PostalAddress, sometimes=True),
    Welcome("sendWelcomeEmail"),
    Instant("enableTimestamp", column="enabled_at", create=ABSENT, fixed=True, sometimes=True),
    # Keeping it would cost every request a write.
    Known("lastActTimestamp", fields.TimestampField, create=ABSENT),
    module=__name__,
    validate_create=welcome,
)

USER = Resource(
    model=User,
    members=MEMBERS,
    paths=("core/v1/users", "core/v1/groups/{group_id}/users"),
    within=WHOLE_ACCOUNT,
    **kinds.COMMON,
    write_role="admin",
    simplified={
        LIST: NO_LAST_ACT,
        CREATE: "no email is sent, and no login but that by tokens exists.",
        RETRIEVE: NO_LAST_ACT,
    },
    complete=complete,
    created=join_groups,
    taken=[Taken("user_email_is_unique", CONFLICT, *EMAIL_TAKEN)],
    guarding=UserGuard.holding,
    key="email",
    seeding=Seeding(order=10, by="identity.scenarios.people.UserSection"),
)
