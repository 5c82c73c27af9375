import django.db.models.deletion
from django.db import migrations, models

import astra.api.dice

# Ids that follow from a resource's: the last 32 bits are others. `notice_first` and `notice_last` are
# the bounds of the ids of resources that one of them can follow from.
FUNCTIONS = """
CREATE FUNCTION notice_id(resource uuid, number bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (left(resource::text, 28) || lpad(to_hex(
        (('x' || right(resource::text, 8))::bit(32)::bigint + number) & 4294967295), 8, '0'))::uuid
$$;
CREATE FUNCTION notice_first(notice uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (left(notice::text, 28) || '00000000')::uuid
$$;
CREATE FUNCTION notice_last(notice uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (left(notice::text, 28) || 'ffffffff')::uuid
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION notice_last(uuid);
DROP FUNCTION notice_first(uuid);
DROP FUNCTION notice_id(uuid, bigint);
"""

NIL = "'00000000-0000-0000-0000-000000000000'::uuid"
BAD = "('failed', 'removed', 'unknown', 'unavailable', 'error', 'ineligible')"


def words(text):
    """SQL of a name in words: `appBackup` is `app backup`."""
    return rf"lower(regexp_replace({text}, '([a-z])([A-Z])', '\1 \2', 'g'))"


NOUN = f"""CASE step.kind
    WHEN 'app' THEN 'Application'
    WHEN 'appBackup' THEN 'Application backup'
    WHEN 'appSnap' THEN 'Application snapshot'
    WHEN 'appMirror' THEN 'Replication'
    ELSE upper(left({words("step.kind")}, 1)) || substr({words("step.kind")}, 2) END"""
IS_BAD = f"step.to_state IN {BAD}"
IS_OVER = f"step.from_state IN {BAD} AND step.to_state <> 'deleted'"
# An event that says that another is over repeats its summary.
TOLD = f"CASE WHEN NOT {IS_BAD} AND {IS_OVER} THEN step.from_state ELSE step.to_state END"

STEP = f"""
SELECT notice_id(step.resource_id, step.sequence + 1) AS id, step.account_id, step.resource_id,
       '[]'::jsonb AS labels, step.at AS created_at, step.at AS modified_at,
       {NIL} AS created_by, NULL::uuid AS modified_by,
       ('astra.' || lower(step.kind) || '.' || lower({TOLD})) COLLATE "C" AS name,
       1::bigint AS sequence_count,
       (NOUN || ' ' || {words(TOLD)}) COLLATE "C" AS summary,
       'activity' COLLATE "C" AS source, '[]'::jsonb AS additional_resource_ids,
       ('application/astra-' || step.kind) COLLATE "C" AS resource_type,
       step.resource_id AS correlation_id,
       (CASE WHEN step.kind = 'bucket' AND step.to_state = 'removed' THEN 'critical'
             WHEN {IS_BAD} THEN 'warning' WHEN {IS_OVER} THEN 'cleared'
             ELSE 'informational' END) COLLATE "C" AS severity,
       (CASE WHEN step.from_state = '' OR step.to_state = 'deleted' THEN 'user' ELSE 'system' END)
           COLLATE "C" AS audience,
       (NOUN || ' ' || step.resource_id || CASE WHEN step.from_state = '' THEN ' began as '
            ELSE ' went from ' || {words("step.from_state")} || ' to ' END
            || {words("step.to_state")} || '.'
            || CASE WHEN step.reason = '' THEN '' ELSE ' ' || step.reason END) COLLATE "C"
           AS description,
       step.kind, step.from_state, step.to_state
FROM engine_transition AS step
""".replace("NOUN", NOUN)

COLUMNS = """id, account_id, resource_id, labels, created_at, modified_at, created_by, modified_by,
       name, sequence_count, summary, source, additional_resource_ids, resource_type,
       correlation_id, severity, audience, description"""

EVENT = f"CREATE VIEW notices_event AS SELECT '1.4' AS version, {COLUMNS} FROM ({STEP}) AS step"

WORTH = f"""(step.to_state IN {BAD} OR step.from_state IN {BAD} AND step.to_state <> 'deleted'
    OR step.to_state IN ('completed', 'established', 'failedOver') OR step.to_state = 'ready'
    AND step.kind = 'app' OR step.to_state = 'running' AND step.kind IN ('cluster', 'cloud'))"""
NOTIFICATION = (
    f"CREATE VIEW notices_notification AS SELECT '1.3' AS version, {COLUMNS}"
    f" FROM ({STEP} WHERE {WORTH}) AS step"
)

# A number of its own for each user, so that each has other ids.
OF_USER = "(('x' || left(md5(reader.id::text), 7))::bit(28)::bigint * 16 + 8)"
UNREAD = f"""
CREATE VIEW notices_unread AS
SELECT notice_id(step.resource_id, step.sequence + 1 + {OF_USER}) AS id, step.account_id,
       step.resource_id, '1.0' AS version, '[]'::jsonb AS labels, step.at AS created_at,
       step.at AS modified_at, {NIL} AS created_by, NULL::uuid AS modified_by,
       reader.id AS user_id, step.notification_id, 1::bigint AS sequence_count, step.severity
FROM (SELECT step.*, notice_id(step.resource_id, step.sequence + 1) AS notification_id,
             (CASE WHEN step.kind = 'bucket' AND step.to_state = 'removed' THEN 'critical'
                   WHEN {IS_BAD} THEN 'warning' WHEN {IS_OVER} THEN 'cleared'
                   ELSE 'informational' END) COLLATE "C" AS severity
      FROM engine_transition AS step WHERE {WORTH}) AS step
JOIN accounts_user AS reader ON reader.account_id = step.account_id AND reader.created_at <= step.at
WHERE NOT EXISTS (SELECT FROM notices_readmark AS mark WHERE mark.user_id = reader.id
                  AND mark.notification_id = step.notification_id)
"""

# Work begins with the step that this picks, and ends with the next one to any of these states.
BEGINS = """(step.kind = 'appBackup' AND step.sequence = 0
    OR step.kind = 'app' AND step.to_state IN ('provisioning', 'restoring'))"""
ENDS = "('completed', 'ready', 'failed', 'removed', 'unknown', 'unavailable', 'deleted')"
JOB = f"""
SELECT step.account_id, step.resource_id, step.kind, step.sequence, step.to_state AS began_as,
       step.at AS began_at, next.at AS next_at, data.at AS data_at, finish.at AS ended_at,
       finish.reason,
       CASE WHEN finish.to_state IN ('completed', 'ready') THEN 'completed'
            WHEN finish.to_state = 'deleted' THEN 'cancelled'
            WHEN finish.to_state IS NOT NULL THEN 'failed'
            WHEN step.kind = 'app' OR next.at IS NOT NULL THEN 'running'
            ELSE 'notStarted' END AS state,
       coalesce(backup.ends_at, app.ends_at) AS ends_at
FROM engine_transition AS step
LEFT JOIN LATERAL (
    SELECT later.at FROM engine_transition AS later
    WHERE later.resource_id = step.resource_id AND later.kind = step.kind
      AND later.sequence = step.sequence + 1) AS next ON true
LEFT JOIN LATERAL (
    SELECT later.at FROM engine_transition AS later
    WHERE later.resource_id = step.resource_id AND later.kind = step.kind
      AND later.sequence > step.sequence AND later.to_state = 'running'
      AND step.kind = 'appBackup' ORDER BY later.sequence LIMIT 1) AS data ON true
LEFT JOIN LATERAL (
    SELECT later.at, later.to_state, later.reason FROM engine_transition AS later
    WHERE later.resource_id = step.resource_id AND later.kind = step.kind
      AND later.sequence > step.sequence AND later.to_state IN {ENDS}
    ORDER BY later.sequence LIMIT 1) AS finish ON true
LEFT JOIN backups_appbackup AS backup ON step.kind = 'appBackup' AND backup.id = step.resource_id
LEFT JOIN backups_app AS app ON step.kind = 'app' AND app.id = step.resource_id
WHERE {BEGINS}
"""
# Number, of a backup or not, step of the name, what it is.
PARTS = """(VALUES
    (0, true, 'astra.backup', 'Application backup'),
    (1, true, 'astra.backup.snapshot', 'Snapshot of the application'),
    (2, true, 'astra.backup.transfer', 'Transfer of the data to the bucket'),
    (0, false, 'astra.app.restore', 'Application restore'),
    (1, false, 'astra.app.restore.transfer', 'Transfer of the data from the copy')
) AS part (number, of_backup, name, summary)"""
TASK = f"""
CREATE VIEW notices_task AS
SELECT notice_id(job.resource_id, 268435456 + job.sequence * 8 + part.number) AS id, job.account_id,
       job.resource_id, '1.1' AS version, '[]'::jsonb AS labels, job.began_at AS created_at,
       coalesce(job.ended_at, job.data_at, job.next_at, job.began_at) AS modified_at,
       {NIL} AS created_by, NULL::uuid AS modified_by,
       part.name COLLATE "C" AS name, part.summary COLLATE "C" AS summary,
       (part.summary || ', of ' || job.kind || ' ' || job.resource_id || '.') COLLATE "C"
           AS description,
       'nautilus' COLLATE "C" AS service,
       CASE WHEN part.number > 0
            THEN notice_id(job.resource_id, 268435456 + job.sequence * 8) END AS parent_task_id,
       ('/accounts/' || job.account_id || CASE WHEN job.kind = 'app' THEN '/k8s/v2/apps/'
            ELSE '/topology/v1/appBackups/' END || job.resource_id) COLLATE "C" AS resource_uri,
       own.state COLLATE "C" AS state,
       CASE WHEN own.state = 'failed' AND job.reason <> '' THEN jsonb_build_array(
            jsonb_build_object('type', 'about:blank', 'title', job.reason, 'detail', job.reason))
            ELSE '[]'::jsonb END AS state_details,
       part.number AS order_hint,
       CASE WHEN own.state <> 'notStarted' THEN
            CASE WHEN part.number = 2 THEN job.data_at ELSE job.began_at END END AS start_time,
       CASE WHEN own.state IN ('completed', 'failed', 'cancelled') THEN
            CASE WHEN part.of_backup AND part.number = 1 THEN coalesce(job.data_at, job.ended_at)
                 ELSE job.ended_at END END AS end_time,
       CASE WHEN own.state = 'running' AND NOT (part.of_backup AND part.number = 1)
            THEN job.ends_at END AS ends_at
FROM ({JOB}) AS job
JOIN {PARTS} ON part.of_backup = (job.kind = 'appBackup')
CROSS JOIN LATERAL (SELECT
    CASE WHEN part.of_backup AND part.number = 1 AND job.data_at IS NOT NULL THEN 'completed'
         WHEN part.of_backup AND part.number = 2 AND job.data_at IS NULL
         THEN CASE WHEN job.ended_at IS NULL THEN 'notStarted' ELSE 'cancelled' END
         ELSE job.state END AS state) AS own
"""


class Migration(migrations.Migration):
    """What is read from the history as views; what was read as a table."""

    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("backups", "0001_initial"),
        ("engine", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=astra.api.dice.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("notification_id", models.UUIDField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.user",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account"], name="read_mark_by_account")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "notification_id"),
                        name="read_mark_is_unique",
                        violation_error_message="It is read already.",
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(EVENT, "DROP VIEW notices_event"),
        migrations.RunSQL(NOTIFICATION, "DROP VIEW notices_notification"),
        migrations.RunSQL(UNREAD, "DROP VIEW notices_unread"),
        migrations.RunSQL(TASK, "DROP VIEW notices_task"),
    ]
