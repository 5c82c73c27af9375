"""What an account was made from, and its states that were saved."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_unique
from astra.accounts.models import NAME_MAX_LENGTH, Account
from astra.api.clock import real_now
from astra.api.dice import new_id


class Origin(models.Model):
    """What an account was made from: enough to make it again as it was.

    One of a scenario that was loaded has the ids that follow from the scenario, and no token of its
    own: those of its users are kept when it is reset.
    """

    account = models.OneToOneField(Account, on_delete=models.DO_NOTHING, primary_key=True)
    scenario = models.CharField(max_length=127)
    document = models.JSONField(help_text="The scenario, its parameters put in.")
    clock = models.JSONField(help_text="Mode, rate, and the instant it started at unless real.")
    token = models.JSONField(
        null=True, help_text="Of a throwaway account: the owner's token, id and digest."
    )
    made_at = models.DateTimeField(default=real_now)

    def __str__(self) -> str:
        return f"{self.scenario} {self.account_id}"


class Checkpoint(models.Model):
    """The complete state of an account under a name; its rows are in parts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    format_version = models.PositiveIntegerField()
    service_version = models.CharField(max_length=31)
    at = models.DateTimeField(help_text="The account's instant when it was saved.")
    saved_at = models.DateTimeField(default=real_now)
    # {"backups.app": 3}: how many rows of each table
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ("saved_at", "id")
        constraints = (
            # a checkpoint by name; deleting an account with everything in it
            is_unique(
                "checkpoint_name_is_unique",
                ("account", "name"),
                "A checkpoint with this name exists for the account.",
            ),
            holds("checkpoint_name_is_not_empty", ~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name


class CheckpointPart(models.Model):
    """Some rows of one table, as a compressed JSON array: no state is in memory as a whole."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.DO_NOTHING, db_index=False)
    label = models.CharField(max_length=127, db_collation="C")
    number = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ("checkpoint", "label", "number")
        constraints = (
            # the parts of a table, in order
            models.UniqueConstraint(
                fields=("checkpoint", "label", "number"), name="checkpoint_part_is_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.number}"
