from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="artwork",
            name="bytes",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE catalogue_artwork SET bytes = size"
            " FROM catalogue_blob WHERE sha256 = original_id",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="artwork",
            index=models.Index(
                fields=["owner"], include=["deleted_at", "bytes"], name="artwork_room"
            ),
        ),
    ]
