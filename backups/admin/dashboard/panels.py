"""The panels of the overview: which there are, who may look at them, and what they show.

Each is filled by bounded queries; that of the chart is in ``history``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.paging import MOST_ROWS
from astra.adminsite.units import human_bytes, human_number, human_span
from astra.engine.admin.clocks import clock_badge
from astra.engine.admin.transitions import record_of
from astra.engine.models import Transition
from astra.faults.models import FaultRule
from astra.journal.admin import status_badge
from astra.journal.models import JournalEntry
from backups.admin.dashboard import history
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import FAILED, RUNNING
from backups.models import App, AppBackup, Bucket

BACKUPS = "backups.appbackup"
# Each account's are found by index.
_NEWEST_OF_ALL = """
    SELECT newest.id FROM accounts_account AS parent CROSS JOIN LATERAL (
        SELECT id, created_at FROM backups_appbackup WHERE account_id = parent.id AND state = %s
        ORDER BY created_at DESC, id DESC LIMIT %s
    ) AS newest
    ORDER BY newest.created_at DESC, newest.id DESC LIMIT %s
"""


def newest_in_state(scope: Scope, state: str, count: int) -> QuerySet[AppBackup]:
    """Return the newest ``count`` backups in the state, with app and account, newest first."""
    rows = AppBackup.objects.select_related("app", "account").order_by("-created_at", "-id")
    if scope.account is not None:
        return rows.filter(account=scope.account, state=state)[:count]
    return rows.filter(pk__in=RawSQL(_NEWEST_OF_ALL, (state, count, count)))


def _listed(scope: Scope, rows: Iterable[Any], label: str, **lookups: str) -> dict[str, Any]:
    return {"rows": rows, "path": scope.list_path(label, **lookups)}


def tiles(scope: Scope) -> dict[str, Any]:
    """Return how much there is, each count bounded, with the lists behind them."""
    backups = AppBackup.objects.all()
    under_way = backups.filter(next_transition_at__isnull=False)
    failed = backups.filter(state=FAILED)
    apps = App.objects.filter(deleted_at=None)
    return {
        "rows": [
            _tile(scope, "Backups", "backup", "busy", backups, BACKUPS),
            _tile(scope, "Under way", "sync", "good", under_way, BACKUPS, state=RUNNING),
            _tile(scope, "Failed", "error", "bad", failed, BACKUPS, state=FAILED),
            _tile(scope, "Apps", "deployed_code", "odd", apps, "backups.app"),
            _tile(scope, "Buckets", "database", "warning", Bucket.objects.all(), "backups.bucket"),
        ]
    }


def _tile(
    scope: Scope, title: str, icon: str, tone: str, rows: QuerySet[Any], label: str, **lookups: str
) -> dict[str, str]:
    count = scope.narrowed(rows).order_by()[:MOST_ROWS].count()
    return {
        "title": title,
        "icon": icon,
        "tone": tone,
        "count": human_number(count) + ("+" if count == MOST_ROWS else ""),
        "path": scope.list_path(label, **lookups),
    }


def clock(scope: Scope) -> dict[str, Any]:
    """Return the clock of the account, or those of the newest.

    A page goes on counting from their anchors by itself.
    """
    accounts = [scope.account] if scope.account else scope.accounts[:8]
    return {"account": scope.account, "rows": [_clock(each) for each in accounts]}


def _clock(account: Account) -> dict[str, Any]:
    now = account.now()
    return {
        "account": account,
        "now": now,
        "milliseconds": int(now.timestamp() * 1000),
        "anchor": f"{account.clock_sim.timestamp()} {account.clock_real.timestamp()}",
        "badge": clock_badge(account),
    }


def running(scope: Scope) -> dict[str, Any]:
    """Return the newest running backups, and how far they are at their account's instant."""
    rows = [_progress(each) for each in newest_in_state(scope, RUNNING, 6)]
    return _listed(scope, rows, BACKUPS, state=RUNNING)


def _progress(backup: AppBackup) -> dict[str, Any]:
    now = backup.account.now()
    done = human_bytes(backup.bytes_done(now))
    return {
        "backup": backup,
        "bar": cells.progress_bar(backup.percent_done(now), backup.state, of=backup),
        "done": f"{done} of {human_bytes(backup.total_bytes)}",
        "left": _left(backup, now),
    }


def _left(backup: AppBackup, now: datetime) -> str:
    # One that never ends has an instant at which it stops, and no outcome.
    if backup.ends_at is None or backup.outcome is None:
        return "never ends"
    return f"{human_span(max(backup.ends_at - now, timedelta()))} left"


def failures(scope: Scope) -> dict[str, Any]:
    """Return the newest failed backups; their `stateUnready` says why."""
    return _listed(scope, newest_in_state(scope, FAILED, 5), BACKUPS, state=FAILED)


def faults(scope: Scope) -> dict[str, Any]:
    """Return an account's rules in the order in which they are asked; of all, the busiest."""
    order = ("position",) if scope.account else ("-hits", "account_id", "position")
    rules = scope.narrowed(FaultRule.objects.select_related("account")).order_by(*order)
    return _listed(scope, rules[:6], "faults.faultrule")


def transitions(scope: Scope) -> dict[str, Any]:
    """Return the latest steps: of an account by its clock, of all as they were written."""
    order = ("-at", "-id") if scope.account else ("-id",)
    steps = scope.narrowed(Transition.objects.select_related("account")).order_by(*order)[:8]
    rows = [{"step": step, "record": record_of(step)} for step in steps]
    return _listed(scope, rows, "engine.transition")


def journal(scope: Scope) -> dict[str, Any]:
    """Return the newest calls of the API, without their bodies."""
    calls = JournalEntry.objects.select_related("account").defer(
        "request_headers", "request_body", "response_body"
    )
    newest = scope.narrowed(calls).order_by("-sequence")[:8]
    rows = [{"call": call, "status": status_badge(call)} for call in newest]
    return _listed(scope, rows, "journal.journalentry")


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the overview that is kept up to date; ``fill`` takes bounded queries."""

    name: str
    permission: str
    fill: Callable[[Scope], dict[str, Any]]

    def contents(self, scope: Scope) -> dict[str, Any]:
        """Return the panel as templates want it."""
        template = f"backups/dashboard/panels/{self.name}.html"
        return {"name": self.name, "template": template, **self.fill(scope)}


PANELS = (
    Panel("tiles", "backups.view_appbackup", tiles),
    Panel("history", "backups.view_appbackup", history.fill),
    Panel("clock", "accounts.view_account", clock),
    Panel("running", "backups.view_appbackup", running),
    Panel("failures", "backups.view_appbackup", failures),
    Panel("faults", "faults.view_faultrule", faults),
    Panel("transitions", "engine.view_transition", transitions),
    Panel("journal", "journal.view_journalentry", journal),
)


def panels_of(scope: Scope) -> dict[str, Any]:
    """Return the panels that the person may look at, by name."""
    return {each.name: each.contents(scope) for each in PANELS if scope.can(each.permission)}
