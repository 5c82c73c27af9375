"""The panels of the overview: which there are, who may look at them, and what they show.

Each is filled by bounded queries; that of the chart is in ``history``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.paging import MOST_ROWS
from astra.adminsite.units import human_bytes, human_number, human_span
from astra.api.clock import timestamp
from astra.engine.admin.clocks import clock_badge
from astra.engine.admin.transitions import record_of
from astra.faults.models import FaultRule
from astra.journal.admin import status_badge
from astra.journal.models import JournalEntry
from backups.admin.dashboard import history, newest
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import APP_BACKUP, FAILED
from backups.models import App, AppBackup, Bucket

BACKUPS = "backups.appbackup"
# On their way to an end: of the tile and of the panel.
UNDER_WAY = APP_BACKUP.unfinished


def _listed(scope: Scope, rows: Iterable[Any], label: str, **lookups: Any) -> dict[str, Any]:
    return {"rows": rows, "path": scope.list_path(label, **lookups)}


def tiles(scope: Scope) -> dict[str, Any]:
    """Return how much there is, each count bounded, with the lists behind them."""
    backups, apps, buckets = (
        scope.narrowed(rows).order_by()[:MOST_ROWS].count()
        for rows in (
            AppBackup.objects.all(),
            App.objects.filter(deleted_at=None),
            Bucket.objects.all(),
        )
    )
    under_way, failed = (
        newest.count_in_states(scope, states, MOST_ROWS) for states in (UNDER_WAY, (FAILED,))
    )
    return {
        "rows": [
            _tile(scope, "Backups", "backup", "busy", backups, BACKUPS),
            _tile(scope, "Under way", "sync", "good", under_way, BACKUPS, state=UNDER_WAY),
            _tile(scope, "Failed", "error", "bad", failed, BACKUPS, state=FAILED),
            _tile(scope, "Apps", "deployed_code", "odd", apps, "backups.app"),
            _tile(scope, "Buckets", "database", "warning", buckets, "backups.bucket"),
        ]
    }


def _tile(
    scope: Scope, title: str, icon: str, tone: str, count: int, label: str, **lookups: Any
) -> dict[str, str]:
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


def under_way(scope: Scope) -> dict[str, Any]:
    """Return the newest backups under way, and how far they are at their account's instant."""
    rows = [_progress(each) for each in newest.in_states(scope, UNDER_WAY, 6)]
    return _listed(scope, rows, BACKUPS, state=UNDER_WAY)


def _progress(backup: AppBackup) -> dict[str, Any]:
    now = backup.account.now()
    shown: dict[str, Any] = {"backup": backup, "left": _left(backup, now)}
    if not backup.has_progress():
        return shown
    done = human_bytes(backup.bytes_done(now))
    return shown | {
        "bar": cells.progress_bar(backup.percent_done(now), backup.state, of=backup),
        "done": f"{done} of {human_bytes(backup.total_bytes)}",
    }


def _left(backup: AppBackup, now: datetime) -> SafeString | str:
    # One that never ends has an instant at which it stops, and no outcome.
    if backup.outcome is None:
        return "never ends"
    if backup.ends_at is None:
        return "waits for its snapshot"
    # Where time stands still, none is passing.
    if backup.account.clock_mode == ClockMode.MANUAL:
        return format_html("ends at {}", cells.instant(backup.ends_at))
    return f"{human_span(max(backup.ends_at - now, timedelta()))} left"


def failures(scope: Scope) -> dict[str, Any]:
    """Return the backups that failed last; their `stateUnready` says why."""
    rows = [
        {"backup": each, "when": _when(scope, each.account, each.ends_at)}
        for each in newest.failed(scope, 5)
    ]
    return _listed(scope, rows, BACKUPS, state=FAILED)


def _when(scope: Scope, account: Account, at: datetime | None) -> SafeString | str:
    """Return an instant of the account's clock; of several accounts, how long ago it was by each."""
    if scope.account is not None or at is None:
        return cells.instant(at)
    ago = human_span(max(account.now() - at, timedelta()))
    return format_html('<span title="{}">{} ago</span>', timestamp(at), ago)


def faults(scope: Scope) -> dict[str, Any]:
    """Return an account's rules in the order in which they are asked; of all, the busiest."""
    order = ("position",) if scope.account else ("-hits", "account_id", "position")
    rules = scope.narrowed(FaultRule.objects.select_related("account")).order_by(*order)
    return _listed(scope, rules[:6], "faults.faultrule")


def transitions(scope: Scope) -> dict[str, Any]:
    """Return the latest steps by the clocks of their accounts."""
    rows = [
        {
            "step": step,
            "record": record_of(step),
            "when": _when(scope, step.account, step.at),
        }
        for step in newest.steps(scope, 8)
    ]
    return _listed(scope, rows, "engine.transition")


def journal(scope: Scope) -> dict[str, Any]:
    """Return the newest calls of the API, without their bodies."""
    calls = JournalEntry.shown.select_related("account").defer(
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
    Panel("under_way", "backups.view_appbackup", under_way),
    Panel("failures", "backups.view_appbackup", failures),
    Panel("faults", "faults.view_faultrule", faults),
    Panel("transitions", "engine.view_transition", transitions),
    Panel("journal", "journal.view_journalentry", journal),
)


def panels_of(scope: Scope) -> dict[str, Any]:
    """Return the panels that the person may look at, by name."""
    return {each.name: each.contents(scope) for each in PANELS if scope.can(each.permission)}
