-- Which calls do people mean to make (F16)? They are no attempts, so no other read model has them.
CREATE TABLE live.planned_calls (
    id         uuid        NOT NULL PRIMARY KEY,
    lead_id    uuid        NOT NULL,
    agent_id   uuid,
    direction  text        NOT NULL COLLATE "C",
    note       text,
    due_at     timestamptz NOT NULL,
    planned_at timestamptz NOT NULL
);
CREATE INDEX planned_calls_due_at ON live.planned_calls (due_at, id);
INSERT INTO projection_checkpoints (projection) VALUES ('planned_calls');

-- When a person took a call out of the lists. The sums count it all the same, so lists count the few that are deleted.
ALTER TABLE live.call_history ADD COLUMN deleted_at timestamptz;
CREATE INDEX call_history_deleted ON live.call_history (occurred_at) WHERE deleted_at IS NOT NULL;
