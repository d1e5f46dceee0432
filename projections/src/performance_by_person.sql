-- What each person did on each day: $1 whose (the nil uuid: nobody's; null: all), $2 from when, $3 before when, $4 zone, $5 the outcomes of answered calls.
SELECT agent_id, day, sum(calls)::bigint AS calls, sum(answered)::bigint AS answered,
       sum(follow_ups)::bigint AS follow_ups, sum(conversions)::bigint AS conversions
FROM (
    SELECT agent_id, (bucket AT TIME ZONE $4)::date AS day, sum(calls) AS calls,
           COALESCE(sum(calls) FILTER (WHERE outcome = ANY ($5)), 0) AS answered,
           COALESCE(sum(followups) FILTER (WHERE outcome = ANY ($5)), 0) AS follow_ups, 0 AS conversions
    FROM call_metrics
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND bucket >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR bucket < $3)
    GROUP BY 1, 2
    UNION ALL
    SELECT agent_id, (converted_at AT TIME ZONE $4)::date, 0, 0, 0, count(*)
    FROM conversions
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND converted_at >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR converted_at < $3)
      AND agent_id IS NOT NULL
    GROUP BY 1, 2
) AS by_kind
GROUP BY agent_id, day
