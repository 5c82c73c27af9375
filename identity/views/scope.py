"""What a request below `…/users/{user_id}` may see: what belongs to a user of the account."""

from astra.accounts.models import User
from astra.api.views import ApiView


def user_or_404(view: ApiView) -> None:
    """Raise the operation's 404 unless the account has the user of the path."""
    users = User.objects.filter(account_id=view.caller.account_id, id=view.ids["user_id"])
    if not users.exists():
        raise view.not_found()
