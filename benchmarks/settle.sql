-- The floor of settling: the least that writes what becomes of the due backups of an account and of
-- their snapshots, on the service's own tables with all their indexes and constraints. One bare UPDATE
-- of each table with all hops at once, one INSERT of all steps of history; nothing is decided.
-- It is fixed: a ratio says something only as long as its floor does not move.

-- statement
UPDATE backups_snapshot
SET state = 'completed', transition_count = 4, modified_at = ends_at, next_transition_at = NULL,
    state_unready = outcome_reasons, hook_state = outcome_hook_state,
    hook_state_details = outcome_hook_details
WHERE account_id = %(account)s;

-- statement
UPDATE backups_appbackup
SET state = 'completed', transition_count = 4, modified_at = ends_at, next_transition_at = NULL,
    state_unready = outcome_reasons, hook_state = outcome_hook_state,
    hook_state_details = outcome_hook_details, snapshot_shown = true
WHERE account_id = %(account)s;

-- statement
INSERT INTO engine_transition
    (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
SELECT %(account)s, kind, id, step.sequence, from_state, to_state, '',
       (ARRAY[discovering_at, running_at, ends_at])[step.sequence]
FROM (
    SELECT 'appSnap', id, discovering_at, running_at, ends_at
    FROM backups_snapshot WHERE account_id = %(account)s
    UNION ALL
    SELECT 'appBackup', id, discovering_at, running_at, ends_at
    FROM backups_appbackup WHERE account_id = %(account)s
) AS resource (kind, id, discovering_at, running_at, ends_at)
CROSS JOIN (VALUES (1, 'pending', 'discovering'), (2, 'discovering', 'running'),
                   (3, 'running', 'completed')) AS step (sequence, from_state, to_state);
