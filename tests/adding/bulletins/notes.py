"""Notes on an app, or on the account: a resource that is created, replaced and deleted."""

from django.db import models

from astra.accounts.constraints import by_creation, by_label
from astra.accounts.models import Resource as Row
from astra.api import problems
from astra.api.resources import ResourceKind
from astra.resources.composed import Several
from astra.resources.members import ABSENT, REQUIRED, Choice, Flag, Name, Number, Text
from astra.resources.places import METHODS, Place
from astra.resources.reach import Of
from astra.resources.resource import Resource, Seeding, Taken
from astra.resources.shapes import Members
from backups.models import App

KIND = ResourceKind("note", "notes", ("1.1", "1.0"))
TITLE_MAX_LENGTH = 63
COLOURS = ("white", "yellow")


class Note(Row):
    """What somebody wrote down about an app."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, db_index=False)
    name = models.CharField(max_length=63, db_collation="C")
    title = models.CharField(max_length=TITLE_MAX_LENGTH, db_collation="C", null=True, blank=True)
    colour = models.CharField(max_length=15, default="white", db_collation="C")
    is_pinned = models.BooleanField(default=False)
    readers = models.JSONField(default=list, blank=True)
    views = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(colour__in=COLOURS), name="note_colour_is_known"
            ),
            models.UniqueConstraint(
                fields=("app", "name"),
                name="note_name_is_unique",
                violation_error_message="The app has a note of this name.",
            ),
        )
        indexes = (
            # GET …/apps/{app_id}/notes in the default order, and `continue` in it
            by_creation("note_by_creation", "app"),
            # GET …/core/v1/notes in the default order, and `continue` in it
            by_creation("note_of_account"),
            by_label("note_by_label"),
        )

    def __str__(self) -> str:
        return self.name


NOTE = Resource(
    model=Note,
    members=Members(
        KIND,
        Name("name", create=REQUIRED, fixed=True),
        Text("title", max_length=TITLE_MAX_LENGTH, sometimes=True),
        Choice("colour", choices=COLOURS),
        Flag("isPinned"),
        Several("readers", of=lambda: Text("reader", max_length=63).sent(required=True)),
        Number("views", create=ABSENT, fixed=True),
        module=__name__,
    ),
    paths=("k8s/v1/apps/{app_id}/notes", Place("core/v1/notes", METHODS - {"POST"})),
    within=Of("app"),
    methods=METHODS,
    taken=(
        Taken("note_name_is_unique", problems.CONFLICT, "name", "The app has a note of this name."),
    ),
    seeding=Seeding(order=40),
    columns=("name", "colour", "isPinned"),
)
