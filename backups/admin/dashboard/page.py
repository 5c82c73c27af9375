"""The first page of the admin site: a control room that keeps itself up to date."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from astra.accounts.clocks import DEFAULT_RATE, ClockMode
from astra.accounts.models import Account
from astra.adminsite import cells
from backups.admin.dashboard.panels import panels_of
from backups.admin.dashboard.scope import SPANS, Scope

ADVANCES = (("1m", "1 min"), ("10m", "10 min"), ("1h", "1 h"), ("1d", "1 day"), ("7d", "1 week"))


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the first page, every query of it bounded."""
    scope = Scope.of(request)
    return context | {
        "scope": scope,
        "panels": {} if scope.is_missing else panels_of(scope),
        "is_empty": scope.can("accounts.view_account") and not scope.accounts,
        "spans": [
            {"name": name, "title": span.title, "query": scope.query_for(name)}
            for name, span in SPANS.items()
        ],
        "modes": ClockMode.choices,
        "default_rate": DEFAULT_RATE,
        "advances": ADVANCES,
        "can_operate": scope.can("accounts.change_account"),
        "paths": _paths(scope),
    }


def _paths(scope: Scope) -> dict[str, str]:
    account = scope.account
    for_account = "?" + urlencode({"account": str(account.pk)}) if account else ""
    return {
        "add_account": reverse("admin:accounts_account_add"),
        "add_backup": reverse("admin:backups_appbackup_add"),
        "add_fault": reverse("admin:faults_faultrule_add") + for_account,
        "seed": reverse("admin:scenarios_seededscenario_seed"),
        "account": cells.page_of(Account, account.pk) if account else "",
        "accounts": reverse("admin:accounts_account_changelist"),
    }
