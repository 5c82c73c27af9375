from django.db import migrations

# What scenarios make for a bucket that names no credential; see `backups.scenarios.buckets`.
MAKE = """
    INSERT INTO identity_credential (
        id, account_id, version, labels, created_at, modified_at, created_by, name, key_type,
        key_store, is_valid)
    SELECT credential_id, account_id, '1.1', '[]', created_at, created_at, created_by,
           left(name, 127), CASE WHEN parameters ? 's3' THEN 's3' ELSE 'generic' END, '{}', true
    FROM backups_bucket
    ON CONFLICT (id) DO NOTHING
"""


class Migration(migrations.Migration):
    """Buckets name credentials that exist: those that are there get one each."""

    dependencies = [
        ("backups", "0008_source_clusters"),
        ("identity", "0001_credentials"),
    ]

    operations = [
        migrations.RunSQL(MAKE, migrations.RunSQL.noop),
    ]
