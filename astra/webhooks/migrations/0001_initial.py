import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_groups'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='accounts.account')),
                ('url', models.CharField(db_collation='C', max_length=2047)),
                ('secret', models.CharField(max_length=255)),
                ('dropped', models.BigIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, default='', max_length=255)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('url', ''), _negated=True), name='webhook_url_is_not_empty'), models.CheckConstraint(condition=models.Q(('dropped__gte', 0)), name='webhook_dropped_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(db_collation='C', max_length=31)),
                ('resource_id', models.UUIDField()),
                ('sequence', models.IntegerField()),
                ('from_state', models.CharField(db_collation='C', max_length=15)),
                ('state', models.CharField(db_collation='C', max_length=15)),
                ('reason', models.CharField(blank=True, max_length=127)),
                ('at', models.DateTimeField(help_text="The account's instant.")),
                ('attempts', models.IntegerField(db_default=0, default=0)),
                ('next_attempt_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='In real time.')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.account')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(fields=['account', 'resource_id', 'id'], name='delivery_by_resource')],
                'constraints': [models.CheckConstraint(condition=models.Q(('attempts__gte', 0)), name='delivery_attempts_is_not_negative')],
            },
        ),
    ]
