from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ratings', '0006_votes_mean'),
    ]

    operations = [
        migrations.AlterField(
            model_name='vote',
            name='uncounted',
            field=models.CharField(blank=True, choices=[('late', 'Late'), ('picture_gone', 'Picture Gone'), ('seen', 'Seen')], max_length=12),
        ),
        migrations.RunSQL(
            "UPDATE ratings_campaign SET repeat_share = 0 WHERE kind = 'challenge' OR must_vote_share > 0",
            migrations.RunSQL.noop,
        ),
    ]
