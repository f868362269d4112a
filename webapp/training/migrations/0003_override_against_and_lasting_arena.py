import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0004_stored_weights_and_changes'),
        ('training', '0002_repeated_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='override',
            name='against',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.modelversion'),
        ),
        migrations.AlterField(
            model_name='arena',
            name='run',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='arena', to='training.trainingrun'),
        ),
    ]
