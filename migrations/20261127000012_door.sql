-- What this ledger can read: each kind of stream, stored type and version. The service fills it at every start from the
-- events it knows; types are added and never taken away.
CREATE TABLE event_types (
    aggregate_type text NOT NULL COLLATE "C",
    event_type     text NOT NULL COLLATE "C",
    event_version  text NOT NULL COLLATE "C",
    PRIMARY KEY (aggregate_type, event_type, event_version)
);

-- Streams to which plain postgres-es has appended: their keys are still to be settled, which the following process does.
CREATE TABLE unsettled (
    aggregate_type text   NOT NULL COLLATE "C",
    aggregate_id   text   NOT NULL COLLATE "C",
    -- of the stream's last such event
    position       bigint NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
);

-- Positions that an operator has set aside: folds, rebuilds and checks go on behind them.
CREATE VIEW set_aside AS
    SELECT (e.payload -> 'position_set_aside' ->> 'position')::bigint AS position, e.position AS said_at
    FROM events e
    WHERE e.aggregate_type = 'log' AND e.aggregate_id = 'default' AND e.event_type = 'position_set_aside';

-- A row inserted by plain postgres-es has no position: it is given lock, position and link here. What the ledger could
-- not read is refused, because one such event would stop every read model.
CREATE OR REPLACE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    head     record;
    previous bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM event_types t WHERE t.aggregate_type = NEW.aggregate_type
                   AND t.event_type = NEW.event_type AND t.event_version = NEW.event_version) THEN
        RAISE EXCEPTION 'the ledger cannot read events of type % version % in streams of kind %',
            NEW.event_type, NEW.event_version, NEW.aggregate_type USING ERRCODE = 'check_violation';
    END IF;
    IF json_typeof(NEW.payload) <> 'object' OR json_typeof(NEW.payload -> NEW.event_type) IS DISTINCT FROM 'object'
       OR (SELECT count(*) FROM json_object_keys(NEW.payload)) <> 1 THEN
        RAISE EXCEPTION 'the payload of a % is one member of that name', NEW.event_type
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.aggregate_type IN ('dialing', 'log')) <> (NEW.aggregate_id = 'default')
       OR NEW.aggregate_id <> 'default' AND NEW.aggregate_id !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        RAISE EXCEPTION 'a % stream is not named %', NEW.aggregate_type, NEW.aggregate_id
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM ledger_lock();
    previous := COALESCE((SELECT e.sequence FROM events e
                          WHERE e.aggregate_type = NEW.aggregate_type AND e.aggregate_id = NEW.aggregate_id
                          ORDER BY e.sequence DESC LIMIT 1), 0);
    -- A sequence that is taken fails as a duplicate, which is what postgres-es calls a conflict.
    IF NEW.sequence > previous + 1 THEN
        RAISE EXCEPTION 'the next event of %/% is number %, not %',
            NEW.aggregate_type, NEW.aggregate_id, previous + 1, NEW.sequence USING ERRCODE = 'check_violation';
    END IF;
    SELECT e.position, e.recorded_at, e.hash INTO head FROM events e ORDER BY e.position DESC LIMIT 1;
    NEW.position := COALESCE(head.position, 0) + 1;
    NEW.event_id := COALESCE(NEW.event_id, gen_random_uuid());
    NEW.recorded_at := GREATEST(clock_timestamp(), head.recorded_at);
    NEW.hash := sha256(
        COALESCE(head.hash, decode(repeat('00', 32), 'hex'))
        || int8send(NEW.position) || int8send(ledger_micros(NEW.recorded_at))
        || ledger_leaf(NEW.event_id, NEW.aggregate_type, NEW.aggregate_id, NEW.sequence,
                       NEW.event_type, NEW.event_version, NEW.payload, NEW.metadata));
    INSERT INTO unsettled AS u (aggregate_type, aggregate_id, position)
    VALUES (NEW.aggregate_type, NEW.aggregate_id, NEW.position)
    ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE SET position = EXCLUDED.position;
    RETURN NEW;
END
$$;
