"""The first page of the admin site: how much there is, what time it is where, what happened last."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.paging import MOST_ROWS
from astra.adminsite.units import human_number
from astra.simulation.admin.transitions import record_of
from astra.simulation.models import Transition
from backups.lifecycle import FAILED
from backups.models import App, AppBackup, Bucket

LATEST = 12


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the first page, every query of it bounded."""
    return context | {
        "tiles": _tiles(),
        "accounts": Account.objects.order_by("-created_at", "-id")[:LATEST],
        "transitions": [
            {"row": row, "record": record_of(row)}
            for row in Transition.objects.select_related("account").order_by("-id")[:LATEST]
        ],
        "add_backup": reverse("admin:backups_appbackup_add"),
        "add_account": reverse("admin:accounts_account_add"),
        "seed_path": reverse("admin:simulation_seededscenario_seed"),
        "transitions_path": cells.list_path("simulation.transition"),
        "accounts_path": cells.list_path("accounts.account"),
    }


def _tiles() -> list[dict[str, str]]:
    under_way = AppBackup.objects.filter(next_transition_at__isnull=False)
    failed = AppBackup.objects.filter(state=FAILED)
    return [
        _tile("Backups", "backup", "busy", AppBackup.objects.all(), "backups.appbackup"),
        _tile("Under way", "sync", "good", under_way, "backups.appbackup", state="running"),
        _tile("Failed", "error", "bad", failed, "backups.appbackup", state=FAILED),
        _tile("Apps", "deployed_code", "odd", App.objects.filter(deleted_at=None), "backups.app"),
        _tile("Buckets", "database", "warning", Bucket.objects.all(), "backups.bucket"),
    ]


def _tile(
    title: str, icon: str, tone: str, rows: QuerySet[Any], label: str, **lookups: str
) -> dict[str, str]:
    count = rows.order_by()[:MOST_ROWS].count()
    return {
        "title": title,
        "icon": icon,
        "tone": tone,
        "count": human_number(count) + ("+" if count == MOST_ROWS else ""),
        "path": cells.list_path(label, **lookups),
    }
