"""Accounts that are there already get the features that every account has."""

import uuid

from django.db import migrations

from installation.actions.features import FEATURES


def begin(apps, schema_editor):
    account, feature = apps.get_model("accounts", "Account"), apps.get_model("installation", "Feature")
    feature.objects.bulk_create(
        (
            feature(
                id=uuid.uuid5(each.id, f"feature/{name}"),
                account_id=each.id,
                version="1.1",
                name=name,
                is_enabled=is_enabled,
                created_at=each.created_at,
                modified_at=each.created_at,
            )
            for each in account.objects.all()
            for name, is_enabled in FEATURES.items()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("installation", "0003_licences_software_and_support")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
