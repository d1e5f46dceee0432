-- What happened on each day: $1 whose (the nil uuid: nobody's; null: all), $2 from when, $3 before when, $4 zone, $5 to $7 the outcomes of answered, unanswered, failed calls.
SELECT day, sum(calls)::bigint AS calls, sum(answered)::bigint AS answered, sum(no_answer)::bigint AS no_answer,
       sum(failed)::bigint AS failed, sum(leads)::bigint AS leads, sum(conversions)::bigint AS conversions
FROM (
    SELECT (bucket AT TIME ZONE $4)::date AS day, sum(calls) AS calls,
           COALESCE(sum(calls) FILTER (WHERE outcome = ANY ($5)), 0) AS answered,
           COALESCE(sum(calls) FILTER (WHERE outcome = ANY ($6)), 0) AS no_answer,
           COALESCE(sum(calls) FILTER (WHERE outcome = ANY ($7)), 0) AS failed,
           0 AS leads, 0 AS conversions
    FROM call_metrics
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND bucket >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR bucket < $3)
    GROUP BY 1
    UNION ALL
    SELECT (bucket AT TIME ZONE $4)::date, 0, 0, 0, 0, sum(leads), 0
    FROM lead_metrics
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND bucket >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR bucket < $3)
    GROUP BY 1
    UNION ALL
    SELECT (converted_at AT TIME ZONE $4)::date, 0, 0, 0, 0, 0, count(*)
    FROM conversions
    WHERE ($1::uuid[] IS NULL OR COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY ($1))
      AND converted_at >= COALESCE($2::timestamptz, '1901-01-01') AND ($3::timestamptz IS NULL OR converted_at < $3)
    GROUP BY 1
) AS by_kind
GROUP BY day ORDER BY day
