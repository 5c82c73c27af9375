"""What is newest, of one account or of all: by index of each account, so that no table is sorted."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from astra.accounts.clocks import clock_sql
from astra.api.clock import real_now
from astra.api.statements import fetch
from astra.engine.admin.transitions import with_names
from astra.engine.models import Transition
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import FAILED
from backups.models import AppBackup

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_ACCOUNTS = f"""
    WITH parent AS MATERIALIZED (
        SELECT id, {clock_sql("%(real)s")} AS now FROM accounts_account
        WHERE %(account)s::uuid IS NULL OR id = %(account)s
    )
"""
_IN_STATES = """
    parent CROSS JOIN unnest(%(states)s::text[]) AS wanted (state) CROSS JOIN LATERAL (
        SELECT id, created_at FROM backups_appbackup AS backup
        WHERE backup.account_id = parent.id AND backup.state = wanted.state
        ORDER BY created_at DESC, id DESC LIMIT %(count)s
    ) AS newest
"""
_COUNT_IN_STATES = (
    f"{_ACCOUNTS} SELECT count(*) FROM (SELECT FROM {_IN_STATES} LIMIT %(count)s) AS a"
)
_NEWEST_IN_STATES = f"""
    {_ACCOUNTS} SELECT newest.id FROM {_IN_STATES}
    ORDER BY newest.created_at DESC, newest.id DESC LIMIT %(count)s
"""
# Of several accounts, the one that is least long ago by its own account's clock comes first.
_FAILED_LAST = f"""
    {_ACCOUNTS} SELECT newest.id FROM parent CROSS JOIN LATERAL (
        SELECT id, ends_at FROM backups_appbackup
        WHERE account_id = parent.id AND state = '{FAILED}'
        ORDER BY ends_at DESC NULLS LAST, id DESC LIMIT %(count)s
    ) AS newest
    ORDER BY parent.now - newest.ends_at, newest.id DESC LIMIT %(count)s
"""
_LATEST_STEPS = f"""
    {_ACCOUNTS} SELECT newest.id FROM parent CROSS JOIN LATERAL (
        SELECT id, at FROM engine_transition WHERE account_id = parent.id
        ORDER BY at DESC, id DESC LIMIT %(count)s
    ) AS newest
    ORDER BY parent.now - newest.at, newest.id DESC LIMIT %(count)s
"""


def count_in_states(scope: Scope, states: Collection[str], most: int) -> int:
    """Return how many backups are in one of the states, or ``most`` if there are more."""
    ((count,),) = fetch(_COUNT_IN_STATES, _parameters(scope, most) | {"states": list(states)})
    return int(count)


def in_states(scope: Scope, states: Collection[str], count: int) -> Iterable[AppBackup]:
    """Return the newest ``count`` backups in one of the states, newest first."""
    found = _backups(_NEWEST_IN_STATES, _parameters(scope, count) | {"states": list(states)})
    return found.order_by("-created_at", "-id")


def failed(scope: Scope, count: int) -> Iterable[AppBackup]:
    """Return the ``count`` backups that failed last, by the clocks of their accounts."""
    found = _backups(_FAILED_LAST, _parameters(scope, count))
    return sorted(found, key=lambda backup: _age(backup, backup.ends_at))


def steps(scope: Scope, count: int) -> Iterable[Transition]:
    """Return the ``count`` latest steps by the clocks of their accounts, with the records' names."""
    rows = Transition.objects.select_related("account")
    found = rows.filter(pk__in=_keys(_LATEST_STEPS, _parameters(scope, count)))
    return sorted(with_names(found), key=lambda step: (_age(step, step.at), -step.pk))


def _backups(statement: str, parameters: Mapping[str, Any]) -> QuerySet[AppBackup]:
    return AppBackup.objects.select_related("app", "account").filter(
        pk__in=_keys(statement, parameters)
    )


def _keys(statement: str, parameters: Mapping[str, Any]) -> RawSQL:
    """Return a statement of keys as a part of another one, which has its parameters in order."""
    in_order = [parameters[name] for name in _PLACEHOLDER.findall(statement)]
    return RawSQL(_PLACEHOLDER.sub("%s", statement), in_order)


def _parameters(scope: Scope, count: int) -> dict[str, Any]:
    account = scope.account
    return {"account": account and account.pk, "real": real_now(), "count": count}


def _age(row: AppBackup | Transition, at: datetime | None) -> timedelta:
    return row.account.now() - at if at else timedelta.max
