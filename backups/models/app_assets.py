"""AppAsset: the Kubernetes objects of an app, as a view of the database.

The simulator has no cluster, so the objects follow from the app's namespaces: nothing is stored, and
every app has its assets from the start.
"""

from django.db import models

from astra.accounts.models import Account, Described
from backups.models.apps import App


class AppAsset(Described):
    """One Kubernetes object of an app (read only)."""

    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    app = models.ForeignKey(App, on_delete=models.DO_NOTHING)
    asset_type = models.CharField(max_length=254)
    asset_name = models.CharField(max_length=254)
    namespace = models.CharField(max_length=254)
    group = models.CharField(max_length=254)
    api_version = models.CharField(max_length=254)
    asset_id = models.UUIDField()
    asset_labels = models.JSONField()

    class Meta:
        managed = False
        db_table = "backups_appasset"
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.asset_type} {self.asset_name}"
