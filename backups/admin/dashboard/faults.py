"""Panel: fault rules and how often they acted."""

from typing import Any

from astra.faults.models import FaultRule
from backups.admin.dashboard.scope import Scope

SHOWN = 6


def fill(scope: Scope) -> dict[str, Any]:
    """Return an account's rules in the order in which they are asked; of all, the busiest."""
    order = ("position",) if scope.account else ("-hits", "account_id", "position")
    rules = scope.narrowed(FaultRule.objects.select_related("account")).order_by(*order)
    return {"rows": rules[:SHOWN], "path": scope.list_path("faults.faultrule")}
