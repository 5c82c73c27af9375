"""Revisions: how a statement tells that a row is still as somebody remembers it.

A row of such a table has a random `revision`, and every write gives it another: what was read together
with it is true of that row, in this database and in any copy of it, for as long as it has that revision.
What a process remembers may thus be out of date, but decides nothing.
"""

from django.db.migrations import RunSQL

REVISION = "revision"
_REVISED = """
    ALTER TABLE {table} ADD COLUMN revision uuid NOT NULL DEFAULT gen_random_uuid();
    CREATE TRIGGER is_revised BEFORE UPDATE ON {table}
        FOR EACH ROW EXECUTE FUNCTION astra_revise()
"""
_UNREVISED = "DROP TRIGGER is_revised ON {table}; ALTER TABLE {table} DROP COLUMN revision"


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
    return RunSQL(_REVISED.format(table=table), _UNREVISED.format(table=table))


def unrevised(table: str) -> RunSQL:
    """Return the operation that takes it from them again."""
    return RunSQL(_UNREVISED.format(table=table), _REVISED.format(table=table))


# What a user may do is written in rows of other tables: each of them, when it is written, gives the
# users that it is about another revision. Of an insert OLD is null, of a deletion NEW.
REVISES_USERS = RunSQL(
    """
    CREATE FUNCTION astra_revise_users() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE accounts_user SET revision = gen_random_uuid()
        WHERE id IN (OLD.user_id, NEW.user_id);
        IF OLD.group_id IS NOT NULL OR NEW.group_id IS NOT NULL THEN
            UPDATE accounts_user SET revision = gen_random_uuid() WHERE id IN (
                SELECT user_id FROM accounts_membership
                WHERE group_id IN (OLD.group_id, NEW.group_id));
        END IF;
        RETURN NULL;
    END $$
    """,
    "DROP FUNCTION astra_revise_users()",
)


def revising_users(table: str) -> RunSQL:
    """Return the operation after which the rows of a table revise the users that they are about."""
    return RunSQL(
        f"""
        CREATE TRIGGER revises_users AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION astra_revise_users()
        """,
        f"DROP TRIGGER revises_users ON {table}",
    )
