from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_calls_without_caller'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalFile',
            fields=[
                ('name', models.TextField(db_collation='C', primary_key=True, serialize=False)),
                ('drained', models.BigIntegerField()),
            ],
        ),
    ]
