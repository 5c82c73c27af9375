"""AppAsset: the Kubernetes objects of an app, as a view of the database.

The simulator has no cluster, so the objects follow from the app's namespaces: nothing is stored, and
every app has its assets from the start.
"""

from django.db import models

from astra.accounts.models import Account
from backups.models.apps import App


class AppAsset(models.Model):
    """One Kubernetes object of an app (read only)."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    app = models.ForeignKey(App, on_delete=models.DO_NOTHING)
    version = models.CharField(max_length=7)
    asset_type = models.CharField(max_length=254)
    asset_name = models.CharField(max_length=254)
    namespace = models.CharField(max_length=254)
    group = models.CharField(max_length=254)
    api_version = models.CharField(max_length=254)
    asset_id = models.UUIDField()
    asset_labels = models.JSONField()
    labels = models.JSONField()
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    created_by = models.UUIDField()
    modified_by = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "backups_appasset"
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.asset_type} {self.asset_name}"
