-- A key that several streams may hold has a row for each holder, and is free when the last of them lets go: the first of
-- two banned leads of one number that goes back to the queue must not free the number. `domain::keys` says which kinds.
ALTER TABLE keys ADD COLUMN shared_by text NOT NULL COLLATE "C"
    GENERATED ALWAYS AS (CASE WHEN kind IN ('phone', 'phone_of_agent', 'suppressed') THEN holder ELSE '' END) STORED;
ALTER TABLE keys DROP CONSTRAINT keys_pkey;
ALTER TABLE keys ADD PRIMARY KEY (kind, key, shared_by);

-- An integer id is a claim of its stream, so that a write finds its lead without a read model, and no id comes twice. Of
-- fixed width: the highest is the last.
INSERT INTO keys (kind, key, holder, position)
SELECT 'num', f.aggregate_type || ':' || lpad(f.num, 19, '0'), f.aggregate_id, f.position
FROM (
    SELECT e.aggregate_type, e.aggregate_id, e.position, e.payload -> e.event_type ->> 'num' AS num
    FROM events e
    WHERE e.sequence = 1 AND e.aggregate_type IN ('lead', 'agent', 'credential', 'dead_letter', 'report')
) f
WHERE f.num IS NOT NULL
ORDER BY f.position
ON CONFLICT DO NOTHING;

-- Removes up to `p_max` keys whose time is over and answers how many. Under the append lock: an append that takes the same
-- keys could otherwise wait for us while we wait for it.
CREATE FUNCTION ledger_forget(p_now timestamptz, p_max integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    v_count integer;
BEGIN
    PERFORM ledger_lock();
    DELETE FROM keys WHERE ctid = ANY (ARRAY(
        SELECT x.ctid FROM keys x WHERE x.until <= p_now ORDER BY x.until LIMIT p_max));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;
