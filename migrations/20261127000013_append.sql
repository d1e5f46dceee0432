-- The one way in for the service, as before (see 20261121000003), and two things more: a key that several streams may hold
-- has a row for each of them, and the lock is waited for no longer than the requests of this call have patience.
DROP FUNCTION ledger_append;

-- The one way in for the service: many requests at once, each granted whole or refused whole.
--
-- Requests are numbered from 1. Arrays that begin with the same letter belong together:
--   c  the distinct streams that requests wrote or looked at, and the sequence they saw; m: which request saw which
--   r  keys to release     k  keys to take (or, with k_take false, that must not exist; k_soft: taken only if free)
--   s  secrets to set (value null: to delete)
--   e  events, in order of requests
-- Answers the position before the first event, the time of recording, and what stood in the way of the refused.
CREATE FUNCTION ledger_append(
    p_now timestamptz, p_wait_ms int,
    c_type text[], c_id text[], c_seq bigint[],
    m_req int[], m_check int[],
    r_req int[], r_kind text[], r_key text[], r_holder text[],
    k_req int[], k_kind text[], k_key text[], k_holder text[], k_until timestamptz[], k_outcome text[],
    k_take boolean[], k_soft boolean[],
    s_req int[], s_kind text[], s_id text[], s_value text[],
    e_req int[], e_id uuid[], e_type text[], e_agg text[], e_seq bigint[], e_name text[], e_version text[],
    e_payload text[], e_meta text[], e_leaf bytea[],
    OUT base bigint, OUT at timestamptz, OUT refused jsonb
) LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    v_bad      int[];
    v_keys     jsonb;
    v_head     record;
    v_position bigint;
    v_hash     bytea;
    v_micros   bytea;
    a_position bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(e_req)]);
    a_hash     bytea[]  := array_fill(NULL::bytea, ARRAY[cardinality(e_req)]);
    v_requests int      := GREATEST(e_req[cardinality(e_req)], 1);
    a_first    bigint[] := array_fill(NULL::bigint, ARRAY[v_requests]);
    i          int;
BEGIN
    PERFORM set_config('lock_timeout', p_wait_ms::text, true);
    PERFORM ledger_lock();

    -- The scalar subquery keeps this an index probe for each stream, whatever the table's size.
    SELECT jsonb_agg(jsonb_build_object('req', m.req, 'stream', jsonb_build_array(f.type, f.id, f.actual)))
    INTO refused
    FROM (
        SELECT c.ordinal, c.type, c.id, c.seq,
               COALESCE((SELECT e.sequence FROM events e
                         WHERE e.aggregate_type = c.type AND e.aggregate_id = c.id
                         ORDER BY e.sequence DESC LIMIT 1), 0) AS actual
        FROM unnest(c_type, c_id, c_seq) WITH ORDINALITY AS c(type, id, seq, ordinal)
    ) f
    JOIN unnest(m_req, m_check) AS m(req, "check") ON m."check" = f.ordinal
    WHERE f.actual <> f.seq;

    IF cardinality(k_req) > 0 THEN
        SELECT jsonb_agg(jsonb_build_object(
                   'req', k.req, 'key', jsonb_build_array(t.kind, t.key),
                   'holder', t.holder, 'outcome', t.outcome))
        INTO v_keys
        FROM unnest(k_req, k_kind, k_key, k_soft) AS k(req, kind, key, soft)
        CROSS JOIN LATERAL (
            SELECT x.kind, x.key, x.holder, x.outcome FROM keys x
            WHERE x.kind = k.kind AND x.key = k.key AND (x.until IS NULL OR x.until > p_now)
            LIMIT 1
        ) t
        WHERE NOT k.soft;
        refused := COALESCE(refused || v_keys, refused, v_keys);
    END IF;

    IF refused IS NOT NULL THEN
        SELECT array_agg(DISTINCT (r ->> 'req')::int) INTO v_bad FROM jsonb_array_elements(refused) r;
    END IF;

    SELECT e.position, e.recorded_at, e.hash INTO v_head FROM events e ORDER BY e.position DESC LIMIT 1;
    base := COALESCE(v_head.position, 0);
    at := GREATEST(clock_timestamp(), v_head.recorded_at);
    v_position := base;
    v_hash := COALESCE(v_head.hash, decode(repeat('00', 32), 'hex'));
    v_micros := int8send(ledger_micros(at));

    FOR i IN 1 .. cardinality(e_req) LOOP
        CONTINUE WHEN e_req[i] = ANY (v_bad);
        v_position := v_position + 1;
        v_hash := sha256(v_hash || int8send(v_position) || v_micros || e_leaf[i]);
        a_position[i] := v_position;
        a_hash[i] := v_hash;
        IF a_first[e_req[i]] IS NULL THEN
            a_first[e_req[i]] := v_position;
        END IF;
    END LOOP;

    IF v_position > base THEN
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                            position, event_id, recorded_at, hash)
        SELECT e.type, e.agg, e.seq, e.name, e.version, e.payload::json, e.meta::json, e.position, e.id, at, e.hash
        FROM unnest(e_type, e_agg, e_seq, e_name, e_version, e_payload, e_meta, a_position, e_id, a_hash)
             AS e(type, agg, seq, name, version, payload, meta, position, id, hash)
        WHERE e.position IS NOT NULL;
    END IF;

    IF cardinality(r_req) > 0 THEN
        DELETE FROM keys WHERE ctid = ANY (ARRAY(
            SELECT t.row FROM unnest(r_req, r_kind, r_key, r_holder) AS r(req, kind, key, holder)
            CROSS JOIN LATERAL (
                SELECT x.ctid AS row FROM keys x
                WHERE x.kind = r.kind AND x.key = r.key AND x.holder = r.holder
                LIMIT 1
            ) t
            WHERE v_bad IS NULL OR r.req <> ALL (v_bad)));
    END IF;

    IF cardinality(k_req) > 0 THEN
        INSERT INTO keys AS t (kind, key, holder, until, outcome, position)
        SELECT k.kind, k.key, k.holder, k.until, k.outcome::json, COALESCE(a_first[k.req], base)
        FROM unnest(k_req, k_kind, k_key, k_holder, k_until, k_outcome, k_take)
             AS k(req, kind, key, holder, until, outcome, take)
        WHERE k.take AND (v_bad IS NULL OR k.req <> ALL (v_bad))
        ON CONFLICT (kind, key, shared_by) DO UPDATE
            SET holder = EXCLUDED.holder, until = EXCLUDED.until, outcome = EXCLUDED.outcome,
                position = EXCLUDED.position
            WHERE t.until <= p_now;
    END IF;

    IF cardinality(s_req) > 0 THEN
        DELETE FROM secrets x USING unnest(s_req, s_kind, s_id, s_value) AS s(req, kind, id, value)
        WHERE x.kind = s.kind AND x.id = s.id AND s.value IS NULL AND (v_bad IS NULL OR s.req <> ALL (v_bad));
        INSERT INTO secrets AS t (kind, id, value)
        SELECT s.kind, s.id, s.value
        FROM unnest(s_req, s_kind, s_id, s_value) AS s(req, kind, id, value)
        WHERE s.value IS NOT NULL AND (v_bad IS NULL OR s.req <> ALL (v_bad))
        ON CONFLICT (kind, id) DO UPDATE SET value = EXCLUDED.value;
    END IF;
END
$$;
