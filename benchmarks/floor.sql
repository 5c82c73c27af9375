-- The floor: the smallest schema and statement that insert a snapshot and a backup for a token.
-- What the service does is measured as a share of this, on the same server in the same run.
-- It is fixed: a ratio says something only as long as its floor does not move.

-- schema
CREATE TABLE token (
    digest text PRIMARY KEY,
    account_id uuid NOT NULL
);
CREATE TABLE snapshot (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE backup (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    snapshot_id uuid NOT NULL REFERENCES snapshot,
    name text NOT NULL UNIQUE,
    state text NOT NULL,
    created_at timestamptz NOT NULL
);
INSERT INTO token VALUES ('caller', gen_random_uuid());

-- statement
WITH caller AS (
    SELECT account_id FROM token WHERE digest = 'caller'
), new_snapshot AS (
    INSERT INTO snapshot
    SELECT gen_random_uuid(), account_id, 'pending', clock_timestamp() FROM caller
    RETURNING id, account_id, created_at
)
INSERT INTO backup
SELECT gen_random_uuid(), account_id, id, 'backup-' || id, 'pending', created_at FROM new_snapshot
RETURNING id, name, state, created_at;
