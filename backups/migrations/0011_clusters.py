"""The cluster of an app is one that the account has: the column stays as it is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backups", "0010_apps_say_whether_they_have_hooks"), ("clusters", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("app", "cluster_id"),
                migrations.AddField(
                    "app",
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="clusters.cluster",
                    ),
                ),
            ]
        ),
        migrations.AddIndex(
            "app",
            models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["cluster", "created_at", "id"],
                name="app_of_cluster",
            ),
        ),
    ]
