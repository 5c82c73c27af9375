"""Apps are revised with the default buckets of their clusters and clouds, which creates remember."""

from django.db.migrations import Migration as Base
from django.db.migrations import RunSQL

_FUNCTION = """
    CREATE FUNCTION astra_revise_apps() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE backups_app SET revision = gen_random_uuid() WHERE cluster_id IN (
            SELECT id FROM clusters_cluster WHERE TG_ARGV[0] = 'cloud' AND cloud_id = NEW.id
            UNION ALL SELECT NEW.id WHERE TG_ARGV[0] = 'cluster');
        RETURN NULL;
    END $$
"""


def _revising(kind: str) -> RunSQL:
    table = f"clusters_{kind}"
    return RunSQL(
        f"""
        CREATE TRIGGER revises_apps AFTER UPDATE ON {table} FOR EACH ROW
            WHEN (OLD.default_bucket_id IS DISTINCT FROM NEW.default_bucket_id)
            EXECUTE FUNCTION astra_revise_apps('{kind}')
        """,
        f"DROP TRIGGER revises_apps ON {table}",
    )


class Migration(Base):
    dependencies = [("backups", "0012_standing_by"), ("clusters", "0004_volumes")]

    operations = [
        RunSQL(_FUNCTION, "DROP FUNCTION astra_revise_apps()"),
        _revising("cluster"),
        _revising("cloud"),
    ]
