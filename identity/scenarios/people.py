"""The sections of accounts and their users."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.accounts.beginnings import begin_accounts
from astra.accounts.clocks import ClockMode, DeclaredClock, clock_schema
from astra.accounts.models import Role, RoleBinding, full_scope
from astra.api.clock import real_now
from astra.api.dice import NIL_ID, unit_interval
from astra.resources.sections import ResourceSection
from astra.scenarios.pacing import IMMEDIATE_KINDS, STAGE_DELAYS, pace
from astra.scenarios.schema import ref
from astra.scenarios.sections import Item
from identity import kinds
from identity.scenarios.bindings import has_binding

ROLE_CONSTRAINTS = {
    "description": "What the role reaches; by default everything.",
    "type": "array",
    "items": {"type": "string"},
    "uniqueItems": True,
}


class AccountSection(ResourceSection):
    """`accounts`: tenants, each with its clock."""

    further_properties = {
        "clock": clock_schema(ref("instant")),
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "stageDelays": STAGE_DELAYS,
        "immediateKinds": IMMEDIATE_KINDS,
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the account; its clock starts here and gives the item its instant."""
        clock = self._clock(item)
        item.now_of_account = clock["clock_sim"]
        own_seed = int(unit_interval(item.seed, item.id, "account") * 2**31)
        account = self.new_row(item, seed=item.get("seed", own_seed), **clock, **pace(item))
        if account.created_at > item.now:
            reason = "The account is not made yet at the instant of its clock."
            raise item.error(reason, item.created_where)
        if account.is_enabled and account.enabled_at is None:
            account.enabled_at = account.created_at
        return [account]

    def written(self, items: Sequence[Item]) -> None:
        """Give the new accounts what every account has."""
        begin_accounts([item.row for item in items])

    def _clock(self, item: Item) -> dict[str, Any]:
        clock = DeclaredClock.of(item.get("clock", {"mode": ClockMode.REAL}))
        for broken in clock.broken():
            member = "at" if broken.member == "start" else broken.member
            raise item.error(f"{broken.reason.rstrip('.')}.", "clock", member)
        return clock.columns(real_now())


class UserSection(ResourceSection):
    """`users` of an account, each with a role."""

    further_properties = {"role": {"enum": Role.values}, "roleConstraints": ROLE_CONSTRAINTS}

    def required_of(self) -> Sequence[str]:
        """Return the members that an item must have."""
        return (*super().required_of(), "role")

    def build(self, item: Item) -> Sequence[Model]:
        """Return the user and the binding of the role."""
        # If it does not say when it was made, at the same time as the account.
        instant = item.created_at or item.account_row.created_at
        made = {"created_at": instant, "modified_at": item.modified_at or instant}
        user = self.new_row(item, **made)
        user.auth_id = item.get("authID", user.email)
        if user.is_enabled and user.enabled_at is None:
            user.enabled_at = instant
        return [user] if has_binding(item, "user") else [user, binding_of(item, user=user)]


def binding_of(item: Item, **principal: Any) -> RoleBinding:
    """Return the binding of the role that an item has, made when its principal was."""
    (row,) = principal.values()
    return RoleBinding(
        id=item.derived_id("role"),
        version=kinds.ROLE_BINDING.versions[0],
        created_by=NIL_ID,
        account=item.account_row,
        role=item.get("role"),
        constraints=list(item.get("roleConstraints", full_scope())),
        created_at=row.created_at,
        modified_at=row.created_at,
        **principal,
    )
