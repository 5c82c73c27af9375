from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_revisions'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('clock_target', None), ('clock_target__gte', models.F('clock_sim')), _connector='OR'), name='account_clock_moves_forward'),
        ),
    ]
