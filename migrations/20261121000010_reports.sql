-- What people say of their own days, and their numbers (taken in blocks, as the others are).
CREATE SEQUENCE num_report INCREMENT BY 100;
CREATE TABLE live.reports (
    id                   uuid        NOT NULL PRIMARY KEY,
    num                  bigint      NOT NULL,
    user_id              uuid        NOT NULL,
    period               text        NOT NULL COLLATE "C",
    report_on            date        NOT NULL,
    total_calls          bigint      NOT NULL,
    completed_calls      bigint      NOT NULL,
    follow_ups_completed bigint      NOT NULL,
    converted_leads      bigint      NOT NULL,
    daily_notes          text,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL
);
CREATE INDEX reports_num ON live.reports (num);
CREATE INDEX reports_report_on ON live.reports (report_on, num);

-- Which leads were sold, when, and whose they were then? Only conversions that hold.
CREATE TABLE live.conversions (
    lead_id          uuid        NOT NULL PRIMARY KEY,
    agent_id         uuid,
    source           text        NOT NULL COLLATE "C",
    converted_at     timestamptz NOT NULL,
    value_hundredths bigint
);
CREATE INDEX conversions_converted_at ON live.conversions (converted_at);

-- What was said so late that a day may have been over: what it counted as before, and since then. Null: it did not count.
CREATE TABLE live.restatements (
    id          uuid        NOT NULL PRIMARY KEY,
    lead_id     uuid        NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    was         text        COLLATE "C",
    was_agent   uuid,
    is_now      text        COLLATE "C",
    is_agent    uuid
);
CREATE INDEX restatements_recorded_at ON live.restatements (recorded_at, id);
-- How many leads came, when, whose are they, and from where? By quarter hour, UTC; the nil agent is nobody.
CREATE TABLE live.lead_metrics (
    bucket   timestamptz NOT NULL,
    agent_id uuid        NOT NULL,
    source   text        NOT NULL COLLATE "C",
    leads    bigint      NOT NULL,
    PRIMARY KEY (bucket, agent_id, source)
) WITH (fillfactor = 50);
INSERT INTO projection_checkpoints (projection) VALUES
    ('reports'), ('conversions'), ('restatements'), ('lead_metrics');

-- Which of the calls came after their lead's first answered one; folded anew at the next start, see 20261121000007.
ALTER TABLE live.call_metrics ADD COLUMN followups bigint NOT NULL DEFAULT 0;
TRUNCATE live.call_metrics;
UPDATE projection_checkpoints SET position = 0, generation = generation + 1 WHERE projection = 'call_metrics';

-- Files that somebody may fetch for a day. No history: they are made again from it.
CREATE TABLE exports (
    name         text        NOT NULL PRIMARY KEY COLLATE "C",
    owner_id     uuid        NOT NULL,
    content_type text        NOT NULL,
    content      bytea       NOT NULL,
    expires_at   timestamptz NOT NULL
);
