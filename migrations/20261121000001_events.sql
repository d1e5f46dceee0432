-- The log. The first seven columns are those that postgres-es names; the rest order and seal it.
CREATE TABLE events (
    aggregate_type text   NOT NULL COLLATE "C",
    aggregate_id   text   NOT NULL COLLATE "C",
    sequence       bigint NOT NULL CHECK (sequence > 0),
    event_type     text   NOT NULL COLLATE "C",
    event_version  text   NOT NULL COLLATE "C",
    -- json, not jsonb: the stored bytes must hash alike for ever
    payload        json   NOT NULL,
    metadata       json   NOT NULL,
    -- dense, from 1, in commit order
    position       bigint NOT NULL CHECK (position > 0),
    event_id       uuid   NOT NULL,
    -- never before its predecessor's
    recorded_at    timestamptz NOT NULL,
    hash           bytea  NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);

CREATE UNIQUE INDEX events_position ON events (position);

-- Whoever appends holds this lock until the commit, so positions follow each other without a gap.
CREATE FUNCTION ledger_lock() RETURNS void LANGUAGE sql VOLATILE AS
$$ SELECT pg_advisory_xact_lock(7215463981) $$;

-- SHA-256 of an event's own fields, each with its length before it; `domain::stored::leaf` computes the same.
CREATE FUNCTION ledger_leaf(
    event_id uuid, aggregate_type text, aggregate_id text, sequence bigint,
    event_type text, event_version text, payload json, metadata json
) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$
    SELECT sha256(string_agg(int8send(octet_length(part)) || part, ''::bytea ORDER BY ordinal))
    FROM unnest(ARRAY[
        uuid_send(event_id),
        convert_to(aggregate_type, 'UTF8'), convert_to(aggregate_id, 'UTF8'),
        int8send(sequence),
        convert_to(event_type, 'UTF8'), convert_to(event_version, 'UTF8'),
        convert_to(payload::text, 'UTF8'), convert_to(metadata::text, 'UTF8')
    ]) WITH ORDINALITY AS parts(part, ordinal)
$$;

-- Microseconds since 1970; exact, unlike extract(epoch) times a million in floating point.
CREATE FUNCTION ledger_micros(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (extract(epoch FROM at) * 1000000)::bigint $$;

-- A row inserted by plain postgres-es has no position: it is given lock, position and link here.
CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    head record;
BEGIN
    PERFORM ledger_lock();
    SELECT e.position, e.recorded_at, e.hash INTO head FROM events e ORDER BY e.position DESC LIMIT 1;
    NEW.position := COALESCE(head.position, 0) + 1;
    NEW.event_id := COALESCE(NEW.event_id, gen_random_uuid());
    NEW.recorded_at := GREATEST(clock_timestamp(), head.recorded_at);
    NEW.hash := sha256(
        COALESCE(head.hash, decode(repeat('00', 32), 'hex'))
        || int8send(NEW.position) || int8send(ledger_micros(NEW.recorded_at))
        || ledger_leaf(NEW.event_id, NEW.aggregate_type, NEW.aggregate_id, NEW.sequence,
                       NEW.event_type, NEW.event_version, NEW.payload, NEW.metadata));
    RETURN NEW;
END
$$;

CREATE TRIGGER events_seal BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.position IS NULL) EXECUTE FUNCTION ledger_seal();

-- Nothing is ever changed or deleted here.
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
