-- What the telecaller CRM shows of a lead, and how many there are by what it filters. No index on what reports change.
ALTER TABLE live.lead
    ADD COLUMN priority         text   NOT NULL DEFAULT '' COLLATE "C",
    ADD COLUMN quality          text   NOT NULL DEFAULT '' COLLATE "C",
    ADD COLUMN score            smallint NOT NULL DEFAULT 0,
    ADD COLUMN assigned_at      timestamptz,
    ADD COLUMN last_contact_at  timestamptz,
    ADD COLUMN followups        integer NOT NULL DEFAULT 0,
    ADD COLUMN campaign_id      text COLLATE "C",
    ADD COLUMN ad_id            text COLLATE "C",
    ADD COLUMN form_id          text COLLATE "C",
    ADD COLUMN value_hundredths bigint;
DROP TABLE live.lead_counts;
CREATE TABLE live.lead_counts (
    panel_status text   NOT NULL COLLATE "C",
    agent_id     uuid   NOT NULL,
    stage        text   NOT NULL COLLATE "C",
    source       text   NOT NULL COLLATE "C",
    quality      text   NOT NULL COLLATE "C",
    leads        bigint NOT NULL,
    PRIMARY KEY (panel_status, agent_id, stage, source, quality)
) WITH (fillfactor = 50);

-- How a call was placed; calls that are there already came by reports.
ALTER TABLE live.call_history
    ADD COLUMN direction        text NOT NULL DEFAULT 'outbound' COLLATE "C",
    ADD COLUMN provider         text COLLATE "C",
    ADD COLUMN provider_call_id text COLLATE "C";

-- Which of the calls were their lead's first. The bucket 1900-01-01 sums up all others.
ALTER TABLE live.call_metrics ADD COLUMN first_calls bigint NOT NULL DEFAULT 0;

ALTER TABLE live.agents ADD COLUMN supervisor_id uuid;

-- Folded anew at the next start; see 20261121000007.
TRUNCATE live.lead, live.call_metrics, live.call_history;
UPDATE projection_checkpoints SET position = 0, generation = generation + 1
WHERE projection IN ('lead', 'lead_counts', 'call_metrics', 'call_history');
