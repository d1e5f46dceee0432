//! `GET /api/meta/stats`, `GET /api/meta/campaigns`: what advertisements brought (B-156, B-157); `GET` and `PUT /api/meta/names`: what
//! people call them (C-29).

use super::caller::Caller;
use super::lead::named;
use super::reject::{Body, Reject, Rejected};
use super::user::percent;
use super::words::decimal;
use crate::actions::dialing::name_campaigns::NameCampaigns;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::dialing::Dialing;
use domain::quotient::tenths;
use domain::time::Instant;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The longest name, in characters.
const NAME_MAX: usize = 200;
/// The member of a body, and what its names are of.
const KINDS: [(&str, &str); 3] = [("campaigns", "campaign"), ("ads", "ad"), ("forms", "form")];

type Days = (Option<Instant>, Option<Instant>);

async fn days(app: &App, query: &Map<String, Value>) -> Result<Days, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let days = fields.days("dateFrom", "dateTo", zone);
    fields.end()?;
    Ok(days)
}

pub async fn stats(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Value>, Rejected> {
    sums(&app, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn sums(app: &App, query: &Map<String, Value>) -> Result<Value, Reject> {
    let (from, before) = days(app, query).await?;
    let (views, dialing) = (app.ledger.views(), app.ledger.dialing().await?);
    let sums = views.ad_sums(from, before).await.map_err(RecordError::from)?;
    let campaigns = views.campaign_sums(from, before).await.map_err(RecordError::from)?;
    let names: Vec<_> =
        campaigns.iter().filter_map(|sums| named(&dialing, "campaign", Some(&sums.campaign_id))).collect();
    let quality = tenths(sums.quality_points, sums.leads) as f64 / 10.0;
    let value = decimal(sums.value_hundredths, 100);
    Ok(json!({ "success": true, "stats": {
        "totalLeads": sums.leads, "convertedLeads": sums.converted, "totalValue": value,
        "campaigns": names, "avgQuality": quality,
    } }))
}

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Value>, Rejected> {
    by_campaign(&app, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn by_campaign(app: &App, query: &Map<String, Value>) -> Result<Value, Reject> {
    let (from, before) = days(app, query).await?;
    let dialing = app.ledger.dialing().await?;
    let campaigns = app.ledger.views().campaign_sums(from, before).await.map_err(RecordError::from)?;
    let told = campaigns.iter().map(|sums| {
        json!({ "campaignId": sums.campaign_id, "campaignName": named(&dialing, "campaign", Some(&sums.campaign_id)),
            "totalLeads": sums.leads, "convertedLeads": sums.converted,
            "conversionRate": percent(sums.converted, sums.leads) })
    });
    Ok(json!({ "success": true, "campaigns": told.collect::<Vec<_>>() }))
}

pub async fn names(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Rejected> {
    let dialing = app.ledger.dialing().await.map_err(|error| caller.reject(error))?;
    Ok(Json(words(&dialing)))
}

fn words(dialing: &Dialing) -> Value {
    let mut told = json!({ "success": true });
    for (member, kind) in KINDS {
        let prefix = format!("{kind}:");
        let of_kind =
            dialing.ad_names.iter().filter_map(|(id, name)| Some((id.strip_prefix(&prefix)?, name)));
        told[member] = of_kind
            .map(|(id, name)| (id.to_owned(), Value::from(name.clone())))
            .collect::<Map<_, _>>()
            .into();
    }
    told
}

/// All the names from now on.
pub async fn rename(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Value>), Rejected> {
    let names = read(&body).map_err(|reject| caller.reject(reject))?;
    let recorded = app.ledger.record(&caller.context(), &NameCampaigns { names }).await;
    let recorded = recorded.map_err(|error| caller.reject(error))?;
    let dialing = app.ledger.dialing().await.map_err(|error| caller.reject(error))?;
    Ok((written::headers(recorded.position, recorded.is_followed, !recorded.is_new), Json(words(&dialing))))
}

fn read(body: &Map<String, Value>) -> Result<BTreeMap<String, String>, Reject> {
    let mut fields = Fields::of_body(body);
    let mut names = BTreeMap::new();
    for (member, kind) in KINDS {
        for (id, name) in fields.object(member).unwrap_or_default() {
            let is_id = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
            match name.as_str().map(str::trim) {
                Some(name) if is_id && (1..=NAME_MAX).contains(&name.chars().count()) => {
                    names.insert(format!("{kind}:{id}"), name.to_owned());
                }
                _ => fields.problem(member, "Expected names of 1 to 200 characters by id", "value_error"),
            }
        }
    }
    fields.end()?;
    Ok(names)
}
