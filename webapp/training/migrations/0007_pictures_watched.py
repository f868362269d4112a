from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0006_generator_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='runpoint',
            name='watched',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
