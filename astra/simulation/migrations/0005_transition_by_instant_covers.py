from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_account_expiry'),
        ('simulation', '0004_journal'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='transition',
            name='transition_by_instant',
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['account', 'at', 'id'], include=('kind', 'to_state'), name='transition_by_instant'),
        ),
    ]
