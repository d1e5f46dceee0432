//! `GET /api/v1/ledger/explain/{metric}?dateFrom=&dateTo=&userId=&source=&quality=&limit=&after=`: a number of the dashboards, and the
//! events behind it, for supervisors those of their team and of what is nobody's. Names are the dashboards' own (`totalCalls`, `performance.conversions`) or ours (`total_calls`).

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::audit::explain::Explained;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::lead::event::Source;
use domain::lead::grade::Quality;
use domain::outcome::CallResult;
use domain::quotient::tenths;
use domain::status::Stage;
use projections::behind::{Behind, Metric};
use projections::performance::Span;
use projections::steps::Step;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const LIMIT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

/// Every metric and what it is, in the words of C-26.
fn metric(name: &str) -> Option<(Metric, &'static str)> {
    let there = |stages: &[Stage]| Metric::Leads(stages.to_vec());
    Some(match name {
        "total_leads" => (there(&[]), "leads that are not deleted"),
        "new_leads" => (there(&[Stage::New]), "leads whose stage is new"),
        "contacted_leads" => {
            (there(&[Stage::Contacted, Stage::Lost]), "leads whose stage is contacted or lost")
        }
        "qualified_leads" => (there(&[Stage::Qualified]), "leads whose stage is qualified"),
        "interested_leads" => (there(&[Stage::Interested]), "leads whose stage is interested"),
        "converted_leads" => (there(&[Stage::Converted]), "leads whose stage is converted"),
        "leads" => (Metric::Came, "leads that came within the days"),
        "conversions" => (Metric::Conversions, "conversions within the days that were not taken back"),
        "total_calls" | "calls" => (Metric::Calls(None), "finished calls"),
        "completed_calls" => (Metric::Calls(Some(CallResult::Answered)), "answered calls"),
        "no_answer_calls" => (Metric::Calls(Some(CallResult::NoAnswer)), "calls that nobody answered"),
        "failed_calls" => (Metric::Calls(Some(CallResult::Failed)), "calls that failed"),
        "follow_ups_completed" => {
            (Metric::FollowUps, "answered calls of leads that had been answered before")
        }
        "active_telecallers" => (Metric::ActiveTelecallers, "active people who take calls"),
        _ => return None,
    })
}

/// Of a hundred: what is divided by what.
const RATES: [(&str, [&str; 2]); 2] = [
    ("conversion_rate", ["converted_leads", "total_leads"]),
    ("success_rate", ["completed_calls", "total_calls"]),
];

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Named(name): Named,
    Members(query): Members,
) -> Result<Json<Value>, Rejected> {
    explain(&app, &reader, &name, &query).await.map(Json).map_err(|reject| reader.reject(reject))
}

async fn explain(
    app: &App,
    reader: &Reader,
    name: &str,
    query: &Map<String, Value>,
) -> Result<Value, Reject> {
    let name = snake(name.rsplit('.').next().unwrap_or(name));
    let rate = RATES.iter().find(|(rate, _)| *rate == name).map(|(_, parts)| *parts);
    let (metric, definition) =
        metric(rate.map_or(&name, |[part, _]| part)).ok_or(Reject::NotFound("Metric"))?;
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let (from, before) = fields.days("dateFrom", "dateTo", zone);
    let user = fields.id("userId");
    let sources: Vec<_> = Source::ALL.iter().map(|source| (source.as_str(), *source)).collect();
    let source = fields.word("source", &sources);
    let qualities: Vec<_> = Quality::ALL.iter().map(|quality| (quality.as_str(), *quality)).collect();
    let quality = fields.word("quality", &qualities);
    let limit = fields.whole("limit", 1..=LIMIT_MAX).unwrap_or(LIMIT);
    let after = fields.text("after");
    let after = after.map(|text| text.parse::<Uuid>());
    if let Some(Err(_)) = after {
        fields.problem("after", "Expected the id of an item", "uuid_parsing");
    }
    fields.end()?;
    let user = app.ledger.views().agent_meant(user).await.map_err(RecordError::from)?;
    let span = Span::new(reader.counted(user), from, before, zone);
    let period = json!({ "from": span.from, "before": span.before });
    let behind = Behind { metric, span, source, quality };
    if let Some([part, whole]) = rate {
        return share(app, &name, behind, [part, whole]).await;
    }
    let position = app.hub.position();
    let (value, items) = app.ledger.explain(&behind, after.and_then(Result::ok), limit).await?;
    let is_all = i64::try_from(items.len()).unwrap_or(limit) < limit;
    let next = items.last().map(|item| item.id).filter(|_| !is_all);
    Ok(json!({
        "metric": name, "definition": definition, "value": value, "position": position,
        "period": period, "next": next,
        "items": items.iter().map(item).collect::<Vec<_>>(),
    }))
}

/// A rate: its two parts, each to be explained by its own name.
async fn share(app: &App, name: &str, behind: Behind, parts: [&str; 2]) -> Result<Value, Reject> {
    let mut values = [0, 0];
    for (value, part) in values.iter_mut().zip(parts) {
        let (metric, _) = metric(part).ok_or(Reject::NotFound("Metric"))?;
        (*value, _) = app.ledger.explain(&Behind { metric, ..behind.clone() }, None, 0).await?;
    }
    let percent = tenths(values[0] * 100, values[1]) as f64 / 10.0;
    let parts: Map<String, Value> =
        parts.into_iter().zip(values).map(|(part, value)| (part.to_owned(), value.into())).collect();
    Ok(json!({ "metric": name, "definition": "of a hundred", "value": percent, "parts": parts }))
}

/// `totalCalls` as `total_calls`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn item(item: &Explained) -> Value {
    json!({
        "id": item.id, "stream": item.stream.to_string(),
        "events": item.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn event(step: &Step) -> Value {
    json!({
        "position": step.position, "event_type": step.event.name(),
        "recorded_at": step.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_known_by_the_dashboards_names_too() {
        assert_eq!(snake("activeTelecallers"), "active_telecallers");
        assert_eq!(snake("total_calls"), "total_calls");
        assert!(metric("total_calls").is_some() && metric("calls; DROP").is_none());
    }
}
