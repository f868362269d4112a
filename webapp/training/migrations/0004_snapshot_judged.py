from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0003_override_against_and_lasting_arena'),
    ]

    operations = [
        migrations.AddField(
            model_name='snapshot',
            name='judged',
            field=models.JSONField(default=list),
        ),
    ]
