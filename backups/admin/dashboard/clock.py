"""Panel: the clock of the chosen account, or the clocks of the newest accounts."""

from typing import Any

from astra.accounts.models import Account
from astra.engine.admin.clocks import clock_badge
from backups.admin.dashboard.scope import Scope

SHOWN = 8


def fill(scope: Scope) -> dict[str, Any]:
    """Return the clocks; a page goes on counting from their anchors by itself."""
    accounts = [scope.account] if scope.account else scope.accounts[:SHOWN]
    return {"account": scope.account, "rows": [_row(each) for each in accounts]}


def _row(account: Account) -> dict[str, Any]:
    now = account.now()
    return {
        "account": account,
        "now": now,
        "milliseconds": int(now.timestamp() * 1000),
        "anchor": f"{account.clock_sim.timestamp()} {account.clock_real.timestamp()}",
        "badge": clock_badge(account),
    }
