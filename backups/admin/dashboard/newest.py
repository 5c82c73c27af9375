"""The newest backups in a state, of one account or of all, each account's found by index."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from backups.admin.dashboard.scope import Scope
from backups.models import AppBackup

_OF_ALL = """
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
    return rows.filter(pk__in=RawSQL(_OF_ALL, (state, count, count)))
