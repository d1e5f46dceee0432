-- Lists: the panel shows the newest first. No index on what reports change: see live.lead.
CREATE INDEX lead_created_at ON live.lead (created_at, num);

-- How many leads are there, by panel status and agent (the nil agent is nobody)? Deleted ones are not counted.
CREATE TABLE live.lead_counts (
    panel_status text   NOT NULL COLLATE "C",
    agent_id     uuid   NOT NULL,
    leads        bigint NOT NULL,
    PRIMARY KEY (panel_status, agent_id)
) WITH (fillfactor = 50);
INSERT INTO projection_checkpoints (projection) VALUES ('lead_counts');

ALTER TABLE live.agents ADD COLUMN deleted_at timestamptz;

-- When was a credential last used? No history: a fact about the present, within a minute.
CREATE TABLE credential_use (
    credential_id uuid        NOT NULL PRIMARY KEY,
    last_used_at  timestamptz NOT NULL
);
