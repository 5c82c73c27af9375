"""The sections of accounts and their users."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model

from astra.accounts.clocks import ClockMode, DeclaredClock, clock_schema
from astra.accounts.models import (
    Account,
    AccountState,
    AuthProvider,
    Role,
    RoleBinding,
    User,
    UserState,
)
from astra.api.clock import real_now
from astra.api.dice import NIL_ID, unit_interval
from astra.scenarios.pacing import IMMEDIATE_KINDS, STAGE_DELAYS, pace
from astra.scenarios.schema import TEXT, ref
from astra.scenarios.sections import ROOT, Item, Section
from identity import kinds

ADDRESS = {
    "type": "object",
    "required": [
        "addressCountry",
        "addressLocality",
        "addressRegion",
        "postalCode",
        "streetAddress1",
    ],
    "additionalProperties": False,
    "properties": {
        "addressCountry": {"type": "string", "minLength": 2, "maxLength": 2},
        "addressLocality": TEXT,
        "addressRegion": TEXT,
        "postalCode": {"type": "string", "minLength": 1, "maxLength": 31},
        "streetAddress1": TEXT,
        "streetAddress2": TEXT,
    },
}
_CONTACT = {
    "type": "object",
    "required": ["firstName", "lastName", "email", "postalAddress"],
    "additionalProperties": False,
    "properties": {
        "firstName": TEXT,
        "lastName": TEXT,
        "companyName": TEXT,
        "email": TEXT,
        "phone": {"type": "string", "minLength": 1, "maxLength": 31},
        "postalAddress": ADDRESS,
    },
}


class AccountSection(Section):
    """`accounts`: tenants, each with its clock."""

    name = "accounts"
    parent = ROOT
    model = Account
    properties = {
        "name": TEXT,
        "clock": clock_schema(ref("instant")),
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "state": {"enum": AccountState.values},
        "isEnabled": {"type": "boolean"},
        "accountContact": _CONTACT,
        "stageDelays": STAGE_DELAYS,
        "immediateKinds": IMMEDIATE_KINDS,
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the account; its clock starts here and gives the item its instant."""
        clock = self._clock(item)
        item.now_of_account = now = clock["clock_sim"]
        values = item.described(kinds.ACCOUNT.versions[0])
        if values["created_at"] > now:
            reason = "The account is not made yet at the instant of its clock."
            raise item.error(reason, item.created_where)
        own_seed = int(unit_interval(item.seed, item.id, "account") * 2**31)
        return [
            Account(
                **values,
                **clock,
                **pace(item),
                name=item.name,
                seed=item.get("seed", own_seed),
                state=item.get("state", AccountState.ACTIVE),
                is_enabled=item.get("isEnabled", True),
                enabled_at=values["created_at"] if item.get("isEnabled", True) else None,
                contact=item.get("accountContact"),
            )
        ]

    def _clock(self, item: Item) -> dict[str, Any]:
        clock = DeclaredClock.of(item.get("clock", {"mode": ClockMode.REAL}))
        for broken in clock.broken():
            member = "at" if broken.member == "start" else broken.member
            raise item.error(f"{broken.reason.rstrip('.')}.", "clock", member)
        return clock.columns(real_now())


class UserSection(Section):
    """`users` of an account, each with a role."""

    name = "users"
    parent = "accounts"
    model = User
    key = "email"
    order = 10
    required = ("email", "role")
    properties = {
        "email": {
            "type": "string",
            "minLength": 3,
            "maxLength": 254,
            "pattern": "^[^@\\s]+@[^@\\s]+$",
        },
        "role": {"enum": Role.values},
        "firstName": {"type": "string", "maxLength": 63},
        "lastName": {"type": "string", "maxLength": 63},
        "companyName": TEXT,
        "phone": TEXT,
        "postalAddress": ADDRESS,
        "authProvider": {"enum": AuthProvider.values},
        "authID": {"type": "string", "maxLength": 254},
        "state": {"enum": UserState.values},
        "isEnabled": {"type": "boolean"},
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the user and the binding of the role."""
        values = item.described(kinds.USER.versions[0], _first_instant(item))
        is_enabled = item.get("isEnabled", True)
        user = User(
            **values,
            account=item.account_row,
            email=item.name,
            first_name=item.get("firstName", ""),
            last_name=item.get("lastName", ""),
            company_name=item.get("companyName", ""),
            phone=item.get("phone", ""),
            postal_address=item.get("postalAddress"),
            auth_provider=item.get("authProvider", AuthProvider.LOCAL),
            auth_id=item.get("authID", item.name),
            state=item.get("state", UserState.ACTIVE),
            is_enabled=is_enabled,
            enabled_at=values["created_at"] if is_enabled else None,
        )
        binding = RoleBinding(
            id=item.derived_id("role"),
            version=kinds.ROLE_BINDING.versions[0],
            created_at=user.created_at,
            modified_at=user.created_at,
            created_by=NIL_ID,
            account=item.account_row,
            user=user,
            role=item.get("role"),
        )
        return [user, binding]


def _first_instant(item: Item) -> datetime:
    """Return when the item was made; if it does not say, at the same time as the account."""
    instant: datetime = item.created_at or item.account_row.created_at
    return instant
