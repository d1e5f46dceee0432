-- Which leads did agents find interested, and which of them wait for a qualifier?
CREATE TABLE live.interests (
    lead_id       uuid        NOT NULL PRIMARY KEY,
    num           bigint      NOT NULL,
    agent_id      uuid,
    stage         text        NOT NULL COLLATE "C",
    -- when it last came to its agent: by a click, or given back by a qualifier
    came_at       timestamptz NOT NULL,
    -- the last submission: who made it, since when it waits, who answered what
    submitted_by  uuid,
    waiting_since timestamptz,
    answered_by   uuid,
    answer        text        COLLATE "C",
    answer_note   text
);
CREATE INDEX interests_agent ON live.interests (agent_id, came_at DESC, num DESC);
CREATE INDEX interests_waiting ON live.interests (waiting_since, num) WHERE waiting_since IS NOT NULL;
INSERT INTO projection_checkpoints (projection) VALUES ('interests');

-- What somebody may do beyond their role, blanks between.
ALTER TABLE live.agents ADD COLUMN scopes text NOT NULL DEFAULT '' COLLATE "C";
