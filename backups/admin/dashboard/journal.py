"""Panel: the tail of the journal, the newest calls of the API."""

from typing import Any

from astra.journal.admin import status_badge
from astra.journal.models import JournalEntry
from backups.admin.dashboard.scope import Scope

SHOWN = 8


def fill(scope: Scope) -> dict[str, Any]:
    """Return the calls, newest first, without their bodies."""
    calls = JournalEntry.objects.select_related("account").defer(
        "request_headers", "request_body", "response_body"
    )
    rows = scope.narrowed(calls).order_by("-sequence")[:SHOWN]
    return {
        "rows": [{"call": each, "status": status_badge(each)} for each in rows],
        "path": scope.list_path("journal.journalentry"),
    }
