from django.db import migrations

# What a namespace of an app holds: kind, group, API version, suffix of the name.
ASSETS = """(VALUES
    ('Namespace', '', 'v1', ''),
    ('Deployment', 'apps', 'v1', ''),
    ('ReplicaSet', 'apps', 'v1', '-7d4b9c6f5d'),
    ('Pod', '', 'v1', '-7d4b9c6f5d-x2k9p'),
    ('Service', '', 'v1', ''),
    ('ConfigMap', '', 'v1', '-config'),
    ('Secret', '', 'v1', '-credentials'),
    ('PersistentVolumeClaim', '', 'v1', '-data')
)"""


def identifier(salt):
    """SQL of a version 4 UUID that follows from app, namespace, kind and salt."""
    digest = f"md5(app.id || '/' || space.name || '/' || asset.kind || '/{salt}')"
    return f"overlay(overlay({digest} PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid"


CREATE = f"""
CREATE VIEW backups_appasset AS
SELECT {identifier("asset")} AS id, app.account_id, app.id AS app_id, '1.1' AS version,
       asset.kind AS asset_type,
       CASE WHEN asset.kind = 'Namespace' THEN space.name
            ELSE app.name || asset.suffix END COLLATE "C" AS asset_name,
       space.name COLLATE "C" AS namespace, asset.api_group AS "group", asset.api_version,
       {identifier("object")} AS asset_id,
       jsonb_build_array(jsonb_build_object(
           'name', 'app.kubernetes.io/name', 'value', app.name)) AS asset_labels,
       '[]'::jsonb AS labels, app.created_at, app.created_at AS modified_at,
       '00000000-0000-0000-0000-000000000000'::uuid AS created_by, NULL::uuid AS modified_by
FROM backups_app AS app
CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE WHEN app.namespaces = '[]' THEN jsonb_build_array(app.name) ELSE app.namespaces END
) AS space (name)
CROSS JOIN {ASSETS} AS asset (kind, api_group, api_version, suffix)
"""


class Migration(migrations.Migration):
    """The objects of an app as a view: nothing is stored, every app has its assets."""

    dependencies = [("backups", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE, "DROP VIEW backups_appasset"),
    ]
