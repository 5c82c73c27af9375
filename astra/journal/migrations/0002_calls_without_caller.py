from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('journal', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='journalentry',
            index=models.Index(condition=models.Q(('user_id__isnull', True)), fields=['account', 'sequence'], name='journal_entry_without_caller'),
        ),
    ]
