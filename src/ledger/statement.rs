//! How do many requests become one statement? Arrays in, what was granted out; see `ledger_append` in the migrations.

use super::error::Conflict;
use super::intent::Intent;
use domain::keys::{Key, KeyKind, TakeKey};
use domain::stream::StreamId;
use domain::time::Instant;
use serde::Deserialize;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::types::Json;
use sqlx::{Arguments, Connection, error::BoxDynError};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

const APPEND: &str = "SELECT base, refused FROM ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
    $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)";

/// What one call granted.
#[derive(Debug)]
pub struct Granted {
    /// The position before the first granted event.
    pub base: i64,
    /// What stood in the way of the refused, by index of the request.
    pub refused: HashMap<usize, Conflict>,
}

#[derive(Deserialize)]
struct Refused {
    req: usize,
    stream: Option<(String, String, i64)>,
    key: Option<(String, String)>,
}

/// Appends what these requests want, each whole or not at all, in one autocommitted statement. The lock is waited for no
/// longer than `patience`.
pub async fn append(
    conn: &mut PgConnection,
    now: Instant,
    patience: Duration,
    requests: &[&Intent],
) -> Result<Granted, sqlx::Error> {
    let args = arguments(now, patience, requests).map_err(sqlx::Error::Encode)?;
    let (base, refused): (i64, Option<Json<Vec<Refused>>>) =
        sqlx::query_as_with(APPEND, args).fetch_one(conn).await?;
    let mut conflicts: HashMap<usize, Conflict> = HashMap::new();
    for refusal in refused.map_or_else(Vec::new, |json| json.0) {
        let conflict = conflicts.entry(refusal.req - 1).or_default();
        if let Some((kind, id, _)) = refusal.stream {
            conflict.streams.extend(StreamId::read(&kind, &id));
        }
        if let Some((kind, key)) = refusal.key {
            conflict.keys.extend(KeyKind::from_word(&kind).map(|kind| Key { kind, key }));
        }
    }
    Ok(Granted { base, refused: conflicts })
}

fn number(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}

fn arguments(now: Instant, patience: Duration, requests: &[&Intent]) -> Result<PgArguments, BoxDynError> {
    let mut args = PgArguments::default();
    args.add(now)?;
    args.add(i32::try_from(patience.as_millis())?)?;
    add_checks(&mut args, requests)?;
    add_keys(&mut args, requests)?;
    add_secrets(&mut args, requests)?;
    add_events(&mut args, requests)?;
    Ok(args)
}

fn add_checks(args: &mut PgArguments, requests: &[&Intent]) -> Result<(), BoxDynError> {
    let mut checks: BTreeMap<(StreamId, i64), i32> = BTreeMap::new();
    let (mut req, mut check) = (Vec::new(), Vec::new());
    for (index, intent) in requests.iter().enumerate() {
        for (stream, sequence) in &intent.seen {
            let next = number(checks.len());
            req.push(number(index));
            check.push(*checks.entry((*stream, *sequence)).or_insert(next));
        }
    }
    let mut ordered: Vec<_> = checks.into_iter().collect();
    ordered.sort_unstable_by_key(|(_, number)| *number);
    args.add(ordered.iter().map(|((stream, _), _)| stream.kind.as_str()).collect::<Vec<_>>())?;
    args.add(ordered.iter().map(|((stream, _), _)| stream.aggregate_id()).collect::<Vec<_>>())?;
    args.add(ordered.iter().map(|((_, sequence), _)| *sequence).collect::<Vec<_>>())?;
    args.add(req)?;
    args.add(check)
}

fn add_keys(args: &mut PgArguments, requests: &[&Intent]) -> Result<(), BoxDynError> {
    let releases: Vec<(i32, &Key, &str)> = requests
        .iter()
        .enumerate()
        .flat_map(|(index, intent)| {
            intent.release.iter().map(move |(key, holder)| (number(index), key, &**holder))
        })
        .collect();
    args.add(releases.iter().map(|r| r.0).collect::<Vec<_>>())?;
    args.add(releases.iter().map(|r| r.1.kind.as_str()).collect::<Vec<_>>())?;
    args.add(releases.iter().map(|r| &r.1.key).collect::<Vec<_>>())?;
    args.add(releases.iter().map(|r| r.2).collect::<Vec<_>>())?;

    let mut wanted: Vec<(i32, &Key, Option<&TakeKey>, bool)> = Vec::new();
    for (index, intent) in requests.iter().enumerate() {
        let req = number(index);
        wanted.extend(intent.take.iter().map(|take| (req, &take.key, Some(take), false)));
        wanted.extend(intent.take_softly.iter().map(|take| (req, &take.key, Some(take), true)));
        wanted.extend(intent.absent.iter().map(|key| (req, key, None, false)));
    }
    let outcome = |take: &TakeKey| take.outcome.as_ref().map(ToString::to_string);
    args.add(wanted.iter().map(|w| w.0).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.1.kind.as_str()).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| &w.1.key).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.2.map_or("", |take| &*take.holder)).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.2.and_then(|take| take.until)).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.2.and_then(outcome)).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.2.is_some()).collect::<Vec<_>>())?;
    args.add(wanted.iter().map(|w| w.3).collect::<Vec<_>>())
}

fn add_secrets(args: &mut PgArguments, requests: &[&Intent]) -> Result<(), BoxDynError> {
    let secrets: Vec<_> = requests
        .iter()
        .enumerate()
        .flat_map(|(index, intent)| intent.secrets.iter().map(move |secret| (number(index), secret)))
        .collect();
    args.add(secrets.iter().map(|s| s.0).collect::<Vec<_>>())?;
    args.add(secrets.iter().map(|s| s.1.kind).collect::<Vec<_>>())?;
    args.add(secrets.iter().map(|s| &*s.1.id).collect::<Vec<_>>())?;
    args.add(secrets.iter().map(|s| s.1.value.as_deref()).collect::<Vec<_>>())
}

fn add_events(args: &mut PgArguments, requests: &[&Intent]) -> Result<(), BoxDynError> {
    let events: Vec<_> = requests
        .iter()
        .enumerate()
        .flat_map(|(index, intent)| {
            intent.events.iter().map(move |event| (number(index), event, &*intent.metadata))
        })
        .collect();
    args.add(events.iter().map(|e| e.0).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.event_id).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.stream.kind.as_str()).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| &*e.1.aggregate_id).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.sequence).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.name).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.version).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| &*e.1.payload).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.2).collect::<Vec<_>>())?;
    args.add(events.iter().map(|e| e.1.leaf.as_slice()).collect::<Vec<_>>())
}

/// Which of these requests are stored already, and at which position each began: asked after a lost connection. A request is
/// known by its first event, or where it has none by the first key that it takes, whose holder is its own. The lock is taken
/// by a statement of its own: one whose snapshot is older than the lock would not see what its last holder stored.
pub async fn stored(conn: &mut PgConnection, requests: &[&Intent]) -> Result<Vec<Option<i64>>, sqlx::Error> {
    let mut tx = conn.begin().await?;
    sqlx::query("SELECT ledger_lock()").execute(&mut *tx).await?;
    let firsts: Vec<_> = requests.iter().map(|intent| intent.events.first()).collect();
    let takes: Vec<_> = requests.iter().map(|intent| intent.take.first()).collect();
    let rows: Vec<Option<i64>> = sqlx::query_scalar(
        "SELECT CASE WHEN f.seq > 0 THEN (SELECT e.position - 1 FROM events e WHERE e.aggregate_type = f.type \
                     AND e.aggregate_id = f.id AND e.sequence = f.seq AND e.event_id = f.event_id) \
                ELSE (SELECT k.position FROM keys k WHERE k.kind = f.kind AND k.key = f.key AND k.holder = f.holder) END \
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[]) \
         WITH ORDINALITY AS f(type, id, seq, event_id, kind, key, holder, ordinal) ORDER BY f.ordinal",
    )
    .bind(firsts.iter().map(|e| e.map_or("", |e| e.stream.kind.as_str())).collect::<Vec<_>>())
    .bind(firsts.iter().map(|e| e.map_or("", |e| &*e.aggregate_id)).collect::<Vec<_>>())
    .bind(firsts.iter().map(|e| e.map_or(0, |e| e.sequence)).collect::<Vec<_>>())
    .bind(firsts.iter().map(|e| e.map_or(uuid::Uuid::nil(), |e| e.event_id)).collect::<Vec<_>>())
    .bind(takes.iter().map(|take| take.map_or("", |take| take.key.kind.as_str())).collect::<Vec<_>>())
    .bind(takes.iter().map(|take| take.map_or("", |take| &*take.key.key)).collect::<Vec<_>>())
    .bind(takes.iter().map(|take| take.map_or("", |take| &*take.holder)).collect::<Vec<_>>())
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows)
}
