"""A revision of each row that calls remember: a value that every write changes, never seen before.

It is no field of the models: nothing shows, copies or restores it. See ``astra.accounts.revisions``.
"""

from django.db import migrations

from astra.accounts.revisions import revise, revised


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(revise(), "DROP FUNCTION astra_revise()"),
        *(
            revised(table)
            for table in (
                "accounts_account",
                "accounts_user",
                "accounts_rolebinding",
                "accounts_token",
            )
        ),
    ]
