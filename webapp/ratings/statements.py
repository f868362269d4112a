"""The SQL behind every question and every answer (docs/adr/0016).

Put together by the ORM they cost several times as much: at fifty votes a second a core was busy
with making up the same text. The rules of a campaign stay in Python.
"""

from typing import Final

from django.db.models import Model

from webapp.catalogue.models import Artwork
from webapp.common.rows import Statement, Table
from webapp.inference.models import Score
from webapp.ratings.models import Assignment, Campaign, Entry, Fusion, Rater, Vote
from webapp.registry.models import Attribute

_RATER: Final = """
SELECT {rater}, {campaign}, {attribute}, {fusion}
FROM ratings_rater AS rater
JOIN ratings_campaign AS campaign ON campaign.id = rater.campaign_id
LEFT JOIN registry_attribute AS attribute ON attribute.key = campaign.attribute_id
LEFT JOIN ratings_fusion AS fusion ON fusion.campaign_id = campaign.id
"""
# Whose rater it is: of an account, or of a guest whose session remembers some.
_CALLER: Final = """
    (rater.user_id = %(user)s OR rater.user_id IS NULL AND rater.id = ANY(%(guests)s::uuid[]))
"""
# All pictures of a question are `there`, as far as the campaign still has them.
_ALL_THERE: Final = """
    NOT EXISTS (
        SELECT 1 FROM ratings_entry AS entry
        LEFT JOIN catalogue_artwork AS artwork ON artwork.id = entry.artwork_id
        WHERE entry.id = ANY(asked.entries)
            AND (artwork.id IS NULL OR artwork.deleted_at IS NOT NULL
                OR entry.disqualified_at IS NOT NULL)
    )
"""
_RATER_TABLES: Final[dict[str, type[Model] | Table]] = {
    "rater": Rater, "campaign": Campaign, "attribute": Attribute,
    "fusion": Table(Fusion, besides=("state", "figures")),
}  # fmt: skip

RATER_IN: Final = Statement(
    f"{_RATER} WHERE rater.campaign_id = %(campaign)s AND {_CALLER}", **_RATER_TABLES
)
LOCK_RATER_IN: Final = Statement(
    f"{_RATER} WHERE rater.campaign_id = %(campaign)s AND {_CALLER} FOR NO KEY UPDATE OF rater",
    **_RATER_TABLES,
)
LOCK_RATER: Final = Statement(
    f"{_RATER} WHERE rater.id = %(rater)s AND {_CALLER} FOR NO KEY UPDATE OF rater",
    **_RATER_TABLES,
)

# The questions that are answered, and all others to the same rater that showed one of the same
# pictures, each with every vote on it: the newest last.
LOCK_ASKED: Final = Statement(
    """
SELECT {asked}, {vote}
FROM ratings_assignment AS asked
LEFT JOIN ratings_vote AS vote ON vote.assignment_id = asked.id
WHERE asked.rater_id = %(rater)s AND asked.entries && (
    SELECT array_agg(shown) FROM ratings_assignment AS now CROSS JOIN unnest(now.entries) AS shown
    WHERE now.id = ANY(%(assignments)s::uuid[]) AND now.rater_id = %(rater)s
)
ORDER BY asked.id, vote.received_at, vote.created_at
FOR NO KEY UPDATE OF asked
""",
    asked=Assignment,
    vote=Vote,
)

_HELD: Final = """
SELECT {asked}
FROM ratings_assignment AS asked
WHERE asked.rater_id = %(rater)s AND asked.answered_at IS NULL AND asked.expires_at > %(now)s
"""
# Questions that the rater holds and can still answer, the oldest first.
OUTSTANDING: Final = Statement(
    f"{_HELD} AND {_ALL_THERE} ORDER BY asked.created_at, asked.id LIMIT %(most)s",
    asked=Assignment,
)

HAND_OUT: Final = """
INSERT INTO ratings_assignment (rater_id, expires_at, id, created_at, purpose, entries)
SELECT %(rater)s, %(expires_at)s, new.id, new.created_at, new.purpose, new.entries::uuid[]
FROM unnest(
    %(id)s::uuid[], %(created_at)s::timestamptz[], %(purpose)s::text[], %(entries)s::text[]
) AS new (id, created_at, purpose, entries)
"""

# What is asked about, and the examples of its campaign.
SHOWN: Final = Statement(
    """
SELECT {entry}, {artwork}
FROM ratings_entry AS entry
JOIN catalogue_artwork AS artwork ON artwork.id = entry.artwork_id
WHERE entry.campaign_id = %(campaign)s
    AND (entry.id = ANY(%(entries)s::uuid[])
        OR entry.role <> 'entry' AND artwork.deleted_at IS NULL)
""",
    entry=Entry,
    artwork=Table(Artwork, only=("width", "height", "thumbhash")),
)

LOCK_ENTRIES: Final = Statement(
    """
SELECT {entry}, {artwork}
FROM ratings_entry AS entry
LEFT JOIN catalogue_artwork AS artwork ON artwork.id = entry.artwork_id
WHERE entry.id = ANY(%(entries)s::uuid[])
ORDER BY entry.id
FOR NO KEY UPDATE OF entry
""",
    entry=Entry,
    artwork=Table(Artwork, only=("owner_id", "deleted_at")),
)

# Rows that are locked already; `changes` are added to the votes of `counted`.
KEEP_VOTES: Final = """
WITH kept AS (
    INSERT INTO ratings_vote (
        campaign_id, rater_id, id, created_at, assignment_id, corrects_id, kind, value, outcome,
        best_id, reason, comment, dwell_ms, cast_at, received_at, uncounted
    )
    SELECT %(campaign)s, %(rater)s, new.*
    FROM unnest(
        %(id)s::uuid[], %(created_at)s::timestamptz[], %(assignment_id)s::uuid[],
        %(corrects_id)s::uuid[], %(kind)s::text[], %(value)s::float8[], %(outcome)s::text[],
        %(best_id)s::uuid[], %(reason)s::text[], %(comment)s::text[], %(dwell_ms)s::int[],
        %(cast_at)s::timestamptz[], %(received_at)s::timestamptz[], %(uncounted)s::text[]
    ) AS new
),
answered AS (
    UPDATE ratings_assignment AS asked SET answered_at = new.answered_at
    FROM unnest(%(assignments)s::uuid[], %(answered_at)s::timestamptz[]) AS new (id, answered_at)
    WHERE asked.id = new.id
),
counted AS (
    UPDATE ratings_entry AS entry SET votes = greatest(entry.votes + new.change, 0)
    FROM unnest(%(counted)s::uuid[], %(changes)s::int[]) AS new (id, change)
    WHERE entry.id = new.id
)
UPDATE ratings_rater
SET votes = %(votes)s, checks_seen = %(checks_seen)s, checks_met = %(checks_met)s,
    told_seen = %(told_seen)s, told_met = %(told_met)s
WHERE id = %(rater)s
"""

# What counts of others by then, as `counting.counts` has it; a test holds the two together. Joined
# by key, whatever the planner believes about tables that have just grown.
_OF_OTHERS: Final = """
CROSS JOIN LATERAL (
    SELECT quarantined_at FROM ratings_rater WHERE id = vote.rater_id OFFSET 0
) AS rater
WHERE vote.campaign_id = %(campaign)s AND vote.rater_id <> %(rater)s
    AND vote.received_at <= %(moment)s
    AND vote.kind NOT IN ('skip', 'withdrawn') AND vote.uncounted = ''
    AND asked.purpose <> 'repeat' AND rater.quarantined_at IS NULL
    AND NOT vote.rater_id = ANY(%(void)s::uuid[])
    AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
"""
_BY_QUESTION: Final = """
FROM ratings_assignment AS asked
CROSS JOIN LATERAL (
    SELECT * FROM ratings_vote WHERE assignment_id = asked.id OFFSET 0
) AS vote
"""
_BY_BEST: Final = """
FROM ratings_vote AS vote
CROSS JOIN LATERAL (
    SELECT entries, purpose FROM ratings_assignment WHERE id = vote.assignment_id OFFSET 0
) AS asked
"""
ANSWERS_OF_OTHERS: Final = Statement(
    f"""
SELECT asked.entries, vote.value, vote.outcome, count(*)
{_BY_QUESTION}
{_OF_OTHERS} AND {_ALL_THERE} AND asked.entries IN %(asked)s
GROUP BY 1, 2, 3
"""
)
BEST_OF_OTHERS: Final = Statement(
    f"""
SELECT vote.best_id, count(*)
{_BY_BEST}
{_OF_OTHERS} AND {_ALL_THERE} AND vote.best_id = ANY(%(shown)s::uuid[])
GROUP BY 1
"""
)

PREDICTED: Final = Statement(
    """
SELECT {score}, entry.id
FROM ratings_entry AS entry
JOIN inference_score AS score ON score.artwork_id = entry.artwork_id
JOIN registry_modelversion AS version ON version.id = score.model_version_id
WHERE entry.id = ANY(%(entries)s::uuid[])
    AND version.kind = 'scorer' AND version.state = 'active'
""",
    score=Score,
)

# Whether a weighing is asked for, or goes on.
FUSION_ASKED: Final = """
SELECT EXISTS (
    SELECT 1 FROM jobs_job
    WHERE kind = 'fuse' AND subject = %s AND state IN ('queued', 'running')
)
"""
