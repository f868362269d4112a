"""The SQL of the job table; webapp.jobs.services gives it its values."""

# A cancelled job may be asked for again; any other existing one stays as it is.
ENQUEUE = """
INSERT INTO jobs_job (
    kind, model_version, params_hash, queue, priority, not_before, id, subject, owner_id,
    state, attempt, max_attempts, worker, error_code, error_text, created_at
)
SELECT %s, %s, %s, %s, %s, statement_timestamp() + %s * interval '1 second',
    asked.id, asked.subject, asked.owner_id, 'queued', 0, 3, '', '', '', statement_timestamp()
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS asked (id, subject, owner_id)
ON CONFLICT (kind, subject, model_version, params_hash) DO UPDATE
SET state = 'queued', attempt = 0, queue = excluded.queue, priority = excluded.priority,
    not_before = excluded.not_before, created_at = excluded.created_at, finished_at = NULL,
    error_code = '', error_text = ''
WHERE jobs_job.state = 'cancelled'
"""

# The oldest first. When the oldest was tried before it comes alone, else with other fresh ones.
CLAIM = """
WITH waiting AS (
    SELECT id, attempt, priority, created_at
    FROM jobs_job
    WHERE queue = %s AND kind = %s AND state = 'queued'
        AND not_before <= statement_timestamp()
        AND NOT EXISTS (SELECT 1 FROM jobs_queuestate WHERE queue = %s AND paused)
    ORDER BY priority DESC, created_at
    LIMIT %s
    FOR UPDATE SKIP LOCKED
),
head AS (SELECT id, attempt FROM waiting ORDER BY priority DESC, created_at LIMIT 1),
taken AS (
    SELECT waiting.id FROM waiting, head
    WHERE waiting.id = head.id OR (head.attempt = 0 AND waiting.attempt = 0)
)
UPDATE jobs_job AS job
SET state = 'running', attempt = job.attempt + 1, worker = %s,
    lease_until = statement_timestamp() + %s * interval '1 second',
    started_at = statement_timestamp(), heartbeat_at = statement_timestamp()
FROM taken
WHERE job.id = taken.id
RETURNING job.id, job.kind, job.queue, job.subject, job.owner_id, job.model_version,
    job.params_hash, job.attempt, job.max_attempts, job.worker
"""

# The running jobs whose attempt is still the worker's, who is named as attempts count anew when a
# job is tried again. Rows are locked in one order, so that a heartbeat and a result never wait for
# one another.
_OURS = """
FROM (
    SELECT job.id
    FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS fence (id, attempt, worker)
    JOIN jobs_job AS job
        ON job.id = fence.id AND job.attempt = fence.attempt AND job.worker = fence.worker
    WHERE job.state = 'running'
    ORDER BY job.id
    FOR UPDATE OF job
) AS ours
WHERE jobs_job.id = ours.id
"""

EXTEND = (
    """
UPDATE jobs_job
SET lease_until = statement_timestamp() + %s * interval '1 second',
    heartbeat_at = statement_timestamp()
"""
    + _OURS
)

SETTLE = (
    """
UPDATE jobs_job
SET state = %s, error_code = %s, error_text = %s, lease_until = NULL,
    finished_at = statement_timestamp()
"""
    + _OURS
    + "RETURNING jobs_job.id"
)

RELEASE = """
UPDATE jobs_job
SET state = 'queued', lease_until = NULL,
    not_before = statement_timestamp() + %s * interval '1 second', error_code = %s, error_text = %s
WHERE id = %s AND attempt = %s AND worker = %s AND state = 'running'
"""

REQUEUE_LOST = """
UPDATE jobs_job
SET state = 'queued', not_before = statement_timestamp(), lease_until = NULL,
    error_code = 'worker_lost', error_text = 'The worker stopped in the middle; tried again.'
FROM (
    SELECT id FROM jobs_job
    WHERE state = 'running' AND (lease_until < statement_timestamp() OR worker = ANY(%s))
    FOR UPDATE SKIP LOCKED
) AS lost
WHERE jobs_job.id = lost.id
RETURNING jobs_job.kind, jobs_job.subject
"""
