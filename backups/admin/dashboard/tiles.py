"""Panel: how much there is, each count bounded."""

from typing import Any

from django.db.models import QuerySet

from astra.adminsite.paging import MOST_ROWS
from astra.adminsite.units import human_number
from backups.admin.dashboard.scope import Scope
from backups.lifecycle import FAILED, RUNNING
from backups.models import App, AppBackup, Bucket


def fill(scope: Scope) -> dict[str, Any]:
    """Return the counts with the lists behind them."""
    backups = AppBackup.objects.all()
    under_way = backups.filter(next_transition_at__isnull=False)
    failed = backups.filter(state=FAILED)
    apps = App.objects.filter(deleted_at=None)
    label = "backups.appbackup"
    return {
        "rows": [
            _tile(scope, "Backups", "backup", "busy", backups, label),
            _tile(scope, "Under way", "sync", "good", under_way, label, state=RUNNING),
            _tile(scope, "Failed", "error", "bad", failed, label, state=FAILED),
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
