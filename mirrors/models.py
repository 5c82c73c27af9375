"""AppMirror: an app that is replicated to another one, which stands by."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, is_unique, listed
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from backups.models import App
from clusters.models import Cluster
from mirrors.lifecycle import APP_MIRROR, DESIRED, ESTABLISHED, HEALTH_STATES, NORMAL


class AppMirror(Staged):
    """A replication of one app to another.

    The transfer that is under way, or was the last, is told by its instants: whether it is over follows
    from the clock. ``transfer_reasons`` say why it will have failed; what was before it is kept beside,
    until the next one begins (``mirrors.transfers``).
    """

    state = state_field(APP_MIRROR)
    state_desired = models.CharField(max_length=15, default=ESTABLISHED, db_collation="C")
    source_app = models.ForeignKey(
        App, on_delete=models.DO_NOTHING, db_index=False, related_name="mirrors_from"
    )
    # The app that stands by, once there is one; the id that it has, or will have.
    destination_app = models.ForeignKey(
        App,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="mirrors_to",
    )
    destination_id = models.UUIDField()
    # The clusters may go first.
    source_cluster = models.ForeignKey(
        Cluster,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="mirrors_from",
    )
    destination_cluster = models.ForeignKey(
        Cluster,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="mirrors_to",
    )
    namespace_mapping = models.JSONField(default=list, blank=True)
    storage_classes = models.JSONField(default=list, blank=True)
    # What the destination app consists of.
    destination_scopes = models.JSONField(default=list, blank=True)
    transfer_started_at = models.DateTimeField(null=True, blank=True)
    transfer_ends_at = models.DateTimeField(null=True, blank=True)
    transfer_snapshot_id = models.UUIDField(null=True, blank=True)
    transfer_reasons = models.JSONField(default=list, blank=True)
    state_details = models.JSONField(default=list, blank=True)
    health_state = models.CharField(max_length=15, default=NORMAL, db_collation="C")
    health_state_details = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "mirror"
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("mirror", APP_MIRROR),
            is_known("mirror_desired_state_is_known", "state_desired", DESIRED),
            is_known("mirror_health_state_is_known", "health_state", HEALTH_STATES),
            holds(
                "mirror_goes_from_one_app_to_another", ~Q(source_app_id=models.F("destination_id"))
            ),
            is_unique(
                "mirror_destination_is_unique",
                ("destination_id",),
                "The app is the destination of another mirror.",
            ),
        )
        indexes = (
            due_index("mirror_due"),
            *listed("mirror"),
            # GET …/apps/{app_id}/appMirrors, and whether an app has one
            models.Index(fields=("source_app",), name="mirror_by_source"),
            models.Index(fields=("destination_app",), name="mirror_by_destination"),
        )
