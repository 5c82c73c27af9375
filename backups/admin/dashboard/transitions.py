"""Panel: what happened last."""

from typing import Any

from astra.engine.admin.transitions import record_of
from astra.engine.models import Transition
from backups.admin.dashboard.scope import Scope

SHOWN = 8


def fill(scope: Scope) -> dict[str, Any]:
    """Return the latest steps: of an account by its clock, of all as they were written."""
    order = ("-at", "-id") if scope.account else ("-id",)
    rows = scope.narrowed(Transition.objects.select_related("account")).order_by(*order)[:SHOWN]
    return {
        "rows": [{"step": row, "record": record_of(row)} for row in rows],
        "path": scope.list_path("engine.transition"),
    }
