"""What a request may see: the caller's account, and in it the app that the path names."""

from astra.api.views import ApiView
from backups.models.apps import app_exists


def app_or_404(view: ApiView) -> None:
    """Raise the operation's 404 unless the account manages the app of the path."""
    if not app_exists(view.caller.account_id, view.ids["app_id"]):
        raise view.not_found()
