"""Revisions: how a statement tells that a row is still as somebody remembers it.

A row of such a table has a random `revision`, and every write gives it another: what was read together
with it is true of that row, in this database and in any copy of it, for as long as it has that revision.
What a process remembers may thus be out of date, but decides nothing.
"""

from django.db.migrations import RunSQL

REVISION = "revision"


def revise() -> str:
    """Return the SQL of the trigger's function; drawing an id is no write that anybody remembers."""
    return """
        CREATE FUNCTION astra_revise() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF to_jsonb(NEW) - 'draws' <> to_jsonb(OLD) - 'draws' THEN
                NEW.revision := gen_random_uuid();
            END IF;
            RETURN NEW;
        END $$
    """


def revised(table: str) -> RunSQL:
    """Return the operation that gives the rows of a table a revision."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ADD COLUMN revision uuid NOT NULL DEFAULT gen_random_uuid();
        CREATE TRIGGER is_revised BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION astra_revise()
        """,
        f"DROP TRIGGER is_revised ON {table}; ALTER TABLE {table} DROP COLUMN revision",
    )
