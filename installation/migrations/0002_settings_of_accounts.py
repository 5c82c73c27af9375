"""Accounts that are there already get the settings that every account has."""

import uuid

from django.db import migrations

from installation.wellknown import all_known


def begin(apps, schema_editor):
    account, setting = apps.get_model("accounts", "Account"), apps.get_model("installation", "Setting")
    setting.objects.bulk_create(
        (
            setting(
                id=uuid.uuid5(each.id, known.name),
                account_id=each.id,
                version="1.1",
                name=known.name,
                current_config=known.default,
                outcome_config=known.default,
                created_at=each.created_at,
                modified_at=each.created_at,
            )
            for each in account.objects.all()
            for known in all_known()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("installation", "0001_initial")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
