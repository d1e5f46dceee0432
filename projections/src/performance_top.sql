-- Who sold the most: $1 whose (the nil uuid: nobody's; null: all), $2 from when, $3 before when.
SELECT agent_id, sum(calls)::bigint AS calls, sum(conversions)::bigint AS conversions
FROM (
    SELECT agent_id, sum(calls) AS calls, 0 AS conversions
    FROM call_metrics
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND bucket >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR bucket < $3)
      AND agent_id <> '00000000-0000-0000-0000-000000000000'
    GROUP BY 1
    UNION ALL
    SELECT agent_id, 0, count(*)
    FROM conversions
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND converted_at >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR converted_at < $3)
      AND agent_id IS NOT NULL
    GROUP BY 1
) AS by_kind
GROUP BY agent_id ORDER BY conversions DESC, calls DESC, agent_id LIMIT 10
