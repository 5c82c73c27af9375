"""Set the webhook of an account, and let go of it."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Min

from astra.accounts.models import Account
from astra.api import fields, problems
from astra.api.clock import timestamp
from astra.api.media import with_values
from astra.api.problems import Refusal
from astra.api.serializers import ClosedSerializer, extended_error
from astra.webhooks.models import SECRET_MAX_LENGTH, URL_MAX_LENGTH, Delivery, Webhook

_URL = r"^https?://[!-~]+$"
_PRINTABLE = "^[!-~]+$"
SECRET_MIN_LENGTH = 16


class WebhookBody(ClosedSerializer):
    """A webhook, as it is set."""

    url = fields.StrictCharField(pattern=_URL, max_length=URL_MAX_LENGTH)
    secret = fields.StrictCharField(
        pattern=_PRINTABLE,
        min_length=SECRET_MIN_LENGTH,
        max_length=SECRET_MAX_LENGTH,
        required=False,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a URL that leads nowhere, or says more than where (problem 9)."""
        try:
            url = urlsplit(attrs["url"])
            is_one = bool(url.hostname) and url.port != 0
        except ValueError:
            is_one = False
        if not is_one:
            raise extended_error("url", "Must have a host, and a port from 1 to 65535 if any.")
        if "@" in url.netloc or url.fragment:
            raise extended_error("url", "Must have no user, no password and no fragment.")
        return attrs


class UnknownWebhookError(Refusal):
    """Nobody is told of what ends in the account."""

    problem = problems.COLLECTION_NOT_FOUND


def webhook_set(*, account_id: uuid.UUID, body: Mapping[str, Any]) -> Webhook:
    """Set the URL, from a validated body, and the secret: that of the body, or a new one.

    What waits is told at the new URL. Raises ``Account.DoesNotExist``.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(id=account_id)
        webhook, _ = Webhook.objects.update_or_create(
            account=account,
            defaults={
                "url": body["url"],
                "secret": body.get("secret") or secrets.token_urlsafe(32),
                "last_error": "",
            },
        )
    return webhook


def webhook_delete(*, account_id: uuid.UUID) -> None:
    """Let go of it, and of what waits. Raises ``UnknownWebhookError``."""
    with transaction.atomic():
        deleted, _ = Webhook.objects.filter(account_id=account_id).delete()
        Delivery.objects.filter(account_id=account_id).delete()
    if not deleted:
        raise UnknownWebhookError(f"The account {account_id} has no webhook.")


def webhook_of(account_id: uuid.UUID) -> Webhook:
    """Return the webhook of an account. Raises ``UnknownWebhookError``."""
    webhook = Webhook.objects.filter(account_id=account_id).first()
    if webhook is None:
        raise UnknownWebhookError(f"The account {account_id} has no webhook.")
    return webhook


def represent(webhook: Webhook, *, with_secret: bool = False) -> dict[str, Any]:
    """Return the JSON of a webhook, and of what waits; the secret is shown when it is set."""
    waiting = Delivery.objects.filter(account_id=webhook.account_id)
    next_attempt_at = waiting.aggregate(next=Min("next_attempt_at"))["next"]
    document = {
        "url": webhook.url,
        "secret": webhook.secret if with_secret else None,
        "waiting": waiting.count(),
        "nextAttemptAt": None if next_attempt_at is None else timestamp(next_attempt_at),
        "dropped": webhook.dropped,
        "lastError": webhook.last_error or None,
    }
    return with_values(document)
