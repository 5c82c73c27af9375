"""Settings of accounts: those that a new one has, asking for one, what is set."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp
from astra.accounts.models import Account
from astra.api.problems import INVALID_FIELDS, ApiProblem, Invalid
from astra.engine.models import record_step
from astra.engine.plan import planned
from astra.engine.stages import Fate
from installation import kinds
from installation.lifecycle import ERROR, PENDING, VALID
from installation.lifecycle import SETTING as LIFECYCLE
from installation.models import Setting
from installation.wellknown import Config, all_known, is_on, well_known

# The columns that asking for a configuration sets, beside those of any PUT.
_ASKED = (
    "desired_config",
    "outcome_config",
    "outcome",
    "outcome_reasons",
    "ends_at",
    "next_transition_at",
    "state",
    "state_unready",
    "transition_count",
)


def settings_begin(accounts: Iterable[Account]) -> None:
    """Give accounts the settings that they do not have yet."""
    Setting.objects.bulk_create(
        (
            Setting(
                # Always the same, so that a still clock's account can be made again.
                id=uuid.uuid5(account.id, known.name),
                account_id=account.id,
                version=kinds.SETTING.versions[0],
                name=known.name,
                current_config=known.default,
                outcome_config=known.default,
                created_at=account.created_at,
                modified_at=account.created_at,
            )
            for account in accounts
            for known in all_known()
        ),
        ignore_conflicts=True,
    )


def current_config(account_id: uuid.UUID, name: str) -> Config:
    """Return what an account's setting of a name says now."""
    rows = Setting.objects.filter(account_id=account_id, name=name)
    config: Config | None = rows.values_list("current_config", flat=True).first()
    return well_known(name).default if config is None else config


def is_enabled(account_id: uuid.UUID, name: str) -> bool:
    """Tell whether an account's setting of a name is on."""
    return is_on(current_config(account_id, name))


def setting_replace(*, caller: Caller, row: Setting, body: Mapping[str, Any]) -> None:
    """Ask for a configuration, from a validated body: the locked setting is pending until it is judged.

    What it is already changes nothing. Raises problem 9 at what the setting's schema refuses, 10 for a
    read-only label.
    """
    columns = restamp(row, caller, body)
    wanted = body.get("desiredConfig")
    if wanted is not None:
        check_config(row.name, "desiredConfig", wanted)
        columns += _ask(caller, row, wanted)
    row.save(update_fields=columns)


def check_config(name: str, member: str, config: Config) -> None:
    """Raise problem 9 at what the schema of a setting refuses in its member."""
    refused = {
        ".".join(filter(None, (member, place))): f"{reason}."
        for place, reason in well_known(name).errors(config)
    }
    if refused:
        raise ApiProblem(INVALID_FIELDS, fields=[Invalid(*each) for each in refused.items()])


def _ask(caller: Caller, row: Setting, wanted: Config) -> tuple[str, ...]:
    is_under_way = row.state == PENDING and row.desired_config == wanted
    row.desired_config = dict(wanted)
    if is_under_way or (row.state == VALID and row.current_config == wanted):
        return ("desired_config",)
    reasons = tuple(well_known(row.name).judge(row.account_id, wanted))
    fate = Fate(ERROR if reasons else VALID, reasons)
    if row.state != PENDING:
        record_step(LIFECYCLE.kind, row, PENDING, row.modified_at)
    plan = planned(LIFECYCLE, row.id, row.modified_at, fate, seed=caller.seed, paces=(caller,))
    caller.note_due(plan.first_at)
    for column, value in plan.columns().items():
        setattr(row, column, value)
    row.outcome, row.outcome_reasons, row.state_unready = fate.outcome, list(reasons), []
    row.outcome_config = dict(row.current_config if reasons else wanted)
    return _ASKED
