"""Who is told of what ends in an account, and what is still to be told."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from astra.accounts.constraints import holds, is_not_negative
from astra.accounts.models import Account

URL_MAX_LENGTH = 2047
SECRET_MAX_LENGTH = 255
ERROR_MAX_LENGTH = 255


class Webhook(models.Model):
    """The URL that is called when something of an account ends."""

    account = models.OneToOneField(
        Account, on_delete=models.DO_NOTHING, primary_key=True, related_name="+"
    )
    url = models.CharField(max_length=URL_MAX_LENGTH, db_collation="C")
    # In the clear, as every call is signed with it.
    secret = models.CharField(max_length=SECRET_MAX_LENGTH)
    dropped = models.BigIntegerField(default=0)
    last_error = models.CharField(max_length=ERROR_MAX_LENGTH, blank=True, default="")

    class Meta:
        constraints = (
            holds("webhook_url_is_not_empty", ~Q(url="")),
            is_not_negative("webhook_dropped_is_not_negative", "dropped"),
        )

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """A line of history that is to be told; written with it, gone once it was told.

    Of one resource the lowest number is told first, and the next only when that is gone.
    """

    id = models.BigAutoField(primary_key=True)
    # No constraint in the database: settling shall not fail because somebody lets go of a webhook
    # meanwhile. What has none any more, the worker removes.
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=31, db_collation="C")
    resource_id = models.UUIDField()
    sequence = models.IntegerField()
    from_state = models.CharField(max_length=15, db_collation="C")
    state = models.CharField(max_length=15, db_collation="C")
    reason = models.CharField(max_length=127, blank=True)
    at = models.DateTimeField(help_text="The account's instant.")
    attempts = models.IntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now(), help_text="In real time.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (is_not_negative("delivery_attempts_is_not_negative", "attempts"),)
        indexes = (
            # what of an account waits, and whether something of the same resource comes before it
            models.Index(fields=("account", "resource_id", "id"), name="delivery_by_resource"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.resource_id}: {self.state}"
