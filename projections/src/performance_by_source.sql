-- What came by each source: $1 whose (the nil uuid: nobody's; null: all), $2 from when, $3 before when.
SELECT source, sum(leads)::bigint AS leads, sum(conversions)::bigint AS conversions
FROM (
    SELECT source, sum(leads) AS leads, 0 AS conversions
    FROM lead_metrics
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND bucket >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR bucket < $3)
    GROUP BY 1
    UNION ALL
    SELECT source, 0, count(*)
    FROM conversions
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND converted_at >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR converted_at < $3)
    GROUP BY 1
) AS by_kind
GROUP BY source ORDER BY leads DESC, conversions DESC, source
