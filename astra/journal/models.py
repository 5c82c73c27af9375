"""The journal of an account: one row per call of the API, how many were dropped, and their files."""

import logging

from django.contrib.postgres.fields import ArrayField
from django.db import Error, models

from astra.accounts.constraints import is_not_negative
from astra.accounts.models import Account
from astra.journal.draining import drain

logger = logging.getLogger(__name__)


class Journal(models.Manager["JournalEntry"]):
    """Every call that was answered by now, those included that only a file has yet."""

    def get_queryset(self) -> models.QuerySet["JournalEntry"]:
        """Return the rows, once what is in files is among them."""
        drain()
        return super().get_queryset()


class ShownJournal(Journal):
    """As much as a page can show: where the database takes no writes now, what the table has."""

    def get_queryset(self) -> models.QuerySet["JournalEntry"]:
        """Return the rows, with what is in files if that can be drained."""
        try:
            return super().get_queryset()
        except (Error, OSError) as error:
            logger.warning("calls that were written down are not shown: %s", error)
            return models.QuerySet(self.model, using=self._db)


class JournalEntry(models.Model):
    """A call: what was asked and what was answered; secrets in it were hidden before it was written.

    Written by ``journal.draining`` alone. ``status`` 0: the connection was closed without an answer.
    Bodies are text as they came, at most `BODY_MOST_BYTES` of them. Without a user it is a call that
    nobody of the account made, of which little is kept.
    """

    # Counted by the database, across all accounts; its index has the newest calls of all.
    sequence = models.BigAutoField(primary_key=True)
    # No constraint in the database: it would lock the account's row at every read. Deleting an account
    # empties its journal; what a call under way writes after that is swept out by the worker.
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False
    )
    at = models.DateTimeField(help_text="The account's instant.")
    real_at = models.DateTimeField(help_text="When the request came, in real time.")
    duration_milliseconds = models.FloatField()
    method = models.TextField(db_collation="C")
    path = models.TextField(db_collation="C")
    query = models.TextField(blank=True)
    operation = models.TextField(null=True, blank=True, db_collation="C")
    user_id = models.UUIDField(null=True, blank=True)
    request_headers = models.JSONField(default=dict, blank=True)
    request_body = models.TextField(blank=True)
    request_body_cut = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField()
    problem = models.PositiveSmallIntegerField(null=True, blank=True)
    response_body = models.TextField(blank=True)
    response_body_cut = models.BooleanField(default=False)
    correlation_id = models.UUIDField(null=True, blank=True)
    fault_ids = ArrayField(models.UUIDField(), default=list, blank=True)

    objects = Journal()
    shown = ShownJournal()

    class Meta:
        ordering = ("sequence",)
        verbose_name = "call"
        verbose_name_plural = "calls"
        indexes = (
            # the calls of an account in order, from either end: searching, trimming, emptying
            models.Index(fields=("account", "sequence"), name="journal_entry_by_account"),
            # those among them that nobody of the account made, which have a cap of their own
            models.Index(
                fields=("account", "sequence"),
                name="journal_entry_without_caller",
                condition=models.Q(user_id__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(f'/accounts/{self.account_id}/')}"


class JournalLoss(models.Model):
    """How many calls of an account were dropped, in a table that only dropping writes."""

    account = models.OneToOneField(Account, on_delete=models.DO_NOTHING, primary_key=True)
    dropped = models.BigIntegerField(default=0)

    class Meta:
        constraints = (is_not_negative("journal_loss_is_not_negative", "dropped"),)

    def __str__(self) -> str:
        return f"{self.dropped} of {self.account_id}"


class JournalFile(models.Model):
    """How many bytes of a file of calls are drained; see ``journal.draining``."""

    name = models.TextField(primary_key=True, db_collation="C")
    drained = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.drained} bytes of {self.name}"
