DROP SCHEMA IF EXISTS by_sql CASCADE;
CREATE SCHEMA by_sql;
CREATE TABLE by_sql.call_history AS
SELECT (r ->> 'attempt_id')::uuid AS id, aggregate_id::uuid AS lead_id, (r ->> 'agent_id')::uuid AS agent_id,
       (r ->> 'batch_id')::uuid AS batch_id, r ->> 'outcome' AS outcome, true AS is_final,
       (r ->> 'duration_seconds')::int AS duration_seconds, r -> 'person' ->> 'reason' AS reason,
       r -> 'person' ->> 'user_message' AS user_message, NULL::text AS recording_url, NULL::text AS transcript_url,
       NULL::text AS summary, 1 AS facts, (r ->> 'attempted_at')::timestamptz AS occurred_at,
       (r ->> 'at')::timestamptz AS recorded_at
FROM (SELECT aggregate_id, payload::jsonb -> 'attempt_reported' AS r FROM events
      WHERE aggregate_type = 'lead' AND event_type = 'attempt_reported') e;
ALTER TABLE by_sql.call_history ADD PRIMARY KEY (id);
CREATE INDEX ON by_sql.call_history (occurred_at, id);
CREATE TABLE by_sql.lead AS
SELECT c.id, c.num, s.sequence, c.source, c.phone, c.phone_key, NULL::text AS full_name, NULL::text AS first_name,
       NULL::text AS last_name, NULL::text AS email, '{}'::text AS extra, l.agent_id, 'contacted' AS stage,
       COALESCE(l.outcome, 'in_queue') AS panel_status,
       CASE l.outcome WHEN 'connected' THEN 'closed' ELSE 'queued' END AS queue_state,
       CASE l.outcome WHEN 'connected' THEN 'completed' END AS disposition, 'done' AS scheduling,
       COALESCE(l.occurred_at, c.at) AS due_at, NULL::uuid AS lease_batch_id, NULL::timestamptz AS lease_until,
       COALESCE(l.attempts, 0)::int AS attempts, l.occurred_at AS last_attempt_at, l.user_message AS latest_note,
       c.at AS created_at, COALESCE(l.recorded_at, c.at) AS updated_at, NULL::timestamptz AS deleted_at
FROM (SELECT aggregate_id::uuid AS id, (p ->> 'num')::bigint AS num, p ->> 'source' AS source,
             p -> 'person' -> 'phone' ->> 'raw' AS phone, p -> 'person' -> 'phone' ->> 'e164' AS phone_key,
             (p ->> 'at')::timestamptz AS at
      FROM (SELECT aggregate_id, payload::jsonb -> 'lead_captured' AS p FROM events
            WHERE aggregate_type = 'lead' AND event_type = 'lead_captured') e) c
JOIN (SELECT aggregate_id::uuid AS id, max(sequence) AS sequence FROM events WHERE aggregate_type = 'lead'
      GROUP BY aggregate_id) s USING (id)
LEFT JOIN (SELECT DISTINCT ON (lead_id) lead_id, agent_id, outcome, occurred_at, recorded_at, user_message,
                  count(*) OVER (PARTITION BY lead_id) AS attempts
           FROM by_sql.call_history ORDER BY lead_id, occurred_at DESC, id DESC) l ON l.lead_id = c.id;
ALTER TABLE by_sql.lead ADD PRIMARY KEY (id);
CREATE INDEX ON by_sql.lead (num);
CREATE INDEX ON by_sql.lead (phone_key);
CREATE TABLE by_sql.dial_queue AS
SELECT id AS lead_id, num, phone, phone_key, 2::smallint AS rank, 0::smallint AS priority, due_at
FROM by_sql.lead WHERE queue_state <> 'closed';
ALTER TABLE by_sql.dial_queue ADD PRIMARY KEY (lead_id);
CREATE INDEX ON by_sql.dial_queue (rank, priority DESC, due_at, num);
CREATE TABLE by_sql.call_metrics AS
SELECT date_bin('15 minutes', occurred_at, '2000-01-01Z') AS bucket,
       COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') AS agent_id, outcome, count(*) AS calls,
       COALESCE(sum(duration_seconds), 0) AS duration_seconds
FROM by_sql.call_history GROUP BY 1, 2, 3;
ALTER TABLE by_sql.call_metrics ADD PRIMARY KEY (bucket, agent_id, outcome);
DROP SCHEMA by_sql CASCADE;
