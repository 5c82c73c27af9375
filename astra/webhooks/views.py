"""webhook: `/simulator/v1/accounts/{account_id}/webhook`."""

from typing import Any

from django.http import HttpRequest
from django.urls import path

from astra.accounts.control import AccountControlView
from astra.webhooks.actions import (
    WebhookBody,
    represent,
    webhook_delete,
    webhook_of,
    webhook_set,
)


class WebhookInstance(AccountControlView):
    """Who is told of what ends in an account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Return it, with what waits and what was dropped, without its secret."""
        return represent(webhook_of(self.account.id))

    def put(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Set it: 200 with the secret, which is shown here alone."""
        webhook = webhook_set(account_id=self.account.id, body=self.parse(WebhookBody))
        return represent(webhook, with_secret=True)

    def delete(self, request: HttpRequest, **kwargs: str) -> None:
        """Let go of it, and of what waits: 204."""
        webhook_delete(account_id=self.account.id)


urlpatterns = [path("webhook", WebhookInstance.as_view(), name="webhook")]
