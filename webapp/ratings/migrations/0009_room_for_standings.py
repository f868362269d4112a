"""Every vote and every weighing rewrites rows of these tables, and no index has what they change.

With room on its page the new row stays there and the indexes are left alone: standings of 400
pictures are written, and voting is held up, for a fraction of the time.
"""

from django.db import migrations

_TABLES = ("ratings_entry", "ratings_rater")


class Migration(migrations.Migration):

    dependencies = [
        ('ratings', '0008_campaign_for_training'),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET (fillfactor = 45)",
            f"ALTER TABLE {table} RESET (fillfactor)",
        )
        for table in _TABLES
    ]
