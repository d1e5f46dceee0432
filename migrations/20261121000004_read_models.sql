-- Read models: rows folded from the log, in a schema of their own so that a rebuild can be swapped in whole.
-- No UNIQUE beyond a row's key: uniqueness is the ledger's business. uuid keys, text in "C" order.
CREATE SCHEMA live;

CREATE TABLE projection_checkpoints (
    projection text   NOT NULL PRIMARY KEY,
    -- everything up to here is in the rows
    position   bigint NOT NULL DEFAULT 0,
    -- rises with every swap: whoever folded for the old tables must not write to the new
    generation bigint NOT NULL DEFAULT 1,
    -- set while the projection is held back by an event or row that it cannot take
    paused_by  text
);

INSERT INTO projection_checkpoints (projection) VALUES
    ('lead'), ('call_history'), ('dial_queue'), ('agents'), ('dialing_state'), ('batches'), ('dead_letters'),
    ('call_metrics');

-- Lets a statement fail as a whole when the checkpoints it moved were not where they should have been.
CREATE FUNCTION ledger_require(is_so boolean) RETURNS boolean LANGUAGE plpgsql VOLATILE AS
$$
BEGIN
    IF NOT is_so THEN
        RAISE EXCEPTION 'the read models were moved by somebody else' USING ERRCODE = 'LLCAS';
    END IF;
    RETURN true;
END
$$;

-- What is a lead now? fillfactor leaves room for updates in place: no index names a column that reports change.
CREATE TABLE live.lead (
    id              uuid        NOT NULL PRIMARY KEY,
    num             bigint      NOT NULL,
    sequence        bigint      NOT NULL,
    source          text        NOT NULL COLLATE "C",
    phone           text        COLLATE "C",
    phone_key       text        COLLATE "C",
    full_name       text,
    first_name      text,
    last_name       text,
    email           text        COLLATE "C",
    extra           text        NOT NULL,
    agent_id        uuid,
    stage           text        NOT NULL COLLATE "C",
    panel_status    text        NOT NULL COLLATE "C",
    queue_state     text        NOT NULL COLLATE "C",
    disposition     text        COLLATE "C",
    scheduling      text        NOT NULL COLLATE "C",
    due_at          timestamptz NOT NULL,
    lease_batch_id  uuid,
    lease_until     timestamptz,
    attempts        integer     NOT NULL,
    last_attempt_at timestamptz,
    latest_note     text,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz
) WITH (fillfactor = 75);
CREATE INDEX lead_num ON live.lead (num);
CREATE INDEX lead_phone_key ON live.lead (phone_key);

-- Which calls were made? One row an attempt.
CREATE TABLE live.call_history (
    id               uuid        NOT NULL PRIMARY KEY,
    lead_id          uuid        NOT NULL,
    agent_id         uuid,
    batch_id         uuid,
    outcome          text        NOT NULL COLLATE "C",
    is_final         boolean     NOT NULL,
    duration_seconds integer,
    reason           text,
    user_message     text,
    recording_url    text,
    transcript_url   text,
    summary          text,
    facts            integer     NOT NULL,
    occurred_at      timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX call_history_occurred_at ON live.call_history (occurred_at, id);

-- Whom to dial next? Only leads that wait. A leased lead is due when its lease ends.
CREATE TABLE live.dial_queue (
    lead_id   uuid        NOT NULL PRIMARY KEY,
    num       bigint      NOT NULL,
    phone     text        NOT NULL COLLATE "C",
    phone_key text        NOT NULL COLLATE "C",
    rank      smallint    NOT NULL,
    priority  smallint    NOT NULL,
    due_at    timestamptz NOT NULL
);
CREATE INDEX dial_queue_order ON live.dial_queue (rank, priority DESC, due_at, num);

-- Who takes calls and who logs in?
CREATE TABLE live.agents (
    id             uuid        NOT NULL PRIMARY KEY,
    num            bigint      NOT NULL,
    kind           text        NOT NULL COLLATE "C",
    role           text        NOT NULL COLLATE "C",
    username       text        COLLATE "C",
    email          text        COLLATE "C",
    dialer_user_id text        COLLATE "C",
    first_name     text        NOT NULL,
    last_name      text        NOT NULL,
    phone          text        COLLATE "C",
    phone_key      text        COLLATE "C",
    department     text,
    is_active      boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE INDEX agents_num ON live.agents (num);
CREATE INDEX agents_phone_key ON live.agents (phone_key);

-- May anything be dialed?
CREATE TABLE live.dialing_state (
    id               uuid        NOT NULL PRIMARY KEY,
    enabled          boolean     NOT NULL,
    switch_locked    boolean     NOT NULL,
    skip_holidays    boolean     NOT NULL,
    timezone         text        NOT NULL COLLATE "C",
    windows          text        NOT NULL,
    holidays         text        NOT NULL,
    schedule_version bigint      NOT NULL
);

-- What was handed out to whom?
CREATE TABLE live.batches (
    id             uuid        NOT NULL PRIMARY KEY,
    holder         text        NOT NULL COLLATE "C",
    size_requested integer     NOT NULL,
    size_returned  integer     NOT NULL,
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    expired_at     timestamptz
);
CREATE INDEX batches_open ON live.batches (expires_at) WHERE expired_at IS NULL;

-- Which reports wait for a person?
CREATE TABLE live.dead_letters (
    id            uuid        NOT NULL PRIMARY KEY,
    num           bigint      NOT NULL,
    dialect       text        NOT NULL COLLATE "C",
    reason        text        NOT NULL COLLATE "C",
    body          text        NOT NULL,
    received_at   timestamptz NOT NULL,
    resolved_at   timestamptz,
    resolution    text,
    lead_id       uuid
);
CREATE INDEX dead_letters_num ON live.dead_letters (num);

-- How many calls, of what outcome, by whom? Sums over quarter hours, UTC; the nil agent is nobody.
CREATE TABLE live.call_metrics (
    bucket           timestamptz NOT NULL,
    agent_id         uuid        NOT NULL,
    outcome          text        NOT NULL COLLATE "C",
    calls            bigint      NOT NULL,
    duration_seconds bigint      NOT NULL,
    PRIMARY KEY (bucket, agent_id, outcome)
) WITH (fillfactor = 50);
