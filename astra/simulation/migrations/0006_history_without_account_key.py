import django.db.models.deletion
from django.db import migrations, models

# Django would send two commands at once to drop a key, which a prepared statement cannot hold.
DROP = """
DO $$
DECLARE key record;
BEGIN
    FOR key IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = 'simulation_transition'::regclass AND contype = 'f'
          AND confrelid = 'accounts_account'::regclass
    LOOP
        EXECUTE format('ALTER TABLE simulation_transition DROP CONSTRAINT %I', key.conname);
    END LOOP;
END $$
"""
ADD = """
ALTER TABLE simulation_transition ADD CONSTRAINT simulation_transition_account_id_fk
FOREIGN KEY (account_id) REFERENCES accounts_account (id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_account_expiry'),
        ('simulation', '0005_transition_by_instant_covers'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([DROP], [ADD])],
            state_operations=[
                migrations.AlterField(
                    model_name='transition',
                    name='account',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.account'),
                ),
            ],
        ),
    ]
