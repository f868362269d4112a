"""When the rest of a generation was asked for again: the quota counts it anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0002_categories")]

    operations = [
        migrations.AddField(
            model_name="generation",
            name="retried_at",
            field=models.DateTimeField(null=True),
        ),
    ]
