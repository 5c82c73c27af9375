"""A revision of each app, which creates of backups remember."""

from django.db import migrations

from astra.accounts.revisions import revised


class Migration(migrations.Migration):
    dependencies = [("backups", "0002_app_assets"), ("accounts", "0002_revisions")]

    operations = [revised("backups_app")]
