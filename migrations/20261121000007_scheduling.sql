-- How often, how soon and within which hours an agent's leads are called.
ALTER TABLE live.agents
    ADD COLUMN max_attempts        integer NOT NULL DEFAULT 0,
    ADD COLUMN retry_delay_minutes integer NOT NULL DEFAULT 0,
    ADD COLUMN hours               text;
-- What a lead was scheduled for, and whose hours its place in the queue keeps.
ALTER TABLE live.lead ADD COLUMN schedule_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE live.dial_queue ADD COLUMN agent_id uuid;

-- These say more than they did: they are folded anew from the log at the next start. The new generation keeps a
-- process of the old version, should one still run, from filling them its way.
TRUNCATE live.agents, live.lead, live.dial_queue;
UPDATE projection_checkpoints SET position = 0, generation = generation + 1
WHERE projection IN ('agents', 'lead', 'dial_queue');

-- Calls that are going on: few, and in no sum.
CREATE INDEX call_history_open ON live.call_history (occurred_at) WHERE NOT is_final;
