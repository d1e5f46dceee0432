//! `GET /agent-dashboard/leads`: the viewer's leads, what came last first, and what waits for a qualifier. The page asks
//! for it every other second (B-051, B-052).

use super::page::{ListsPage, local, render};
use super::reject::{Reject, Rejected};
use super::session::Viewer;
use crate::ledger::RecordError;
use crate::state::App;
use axum::extract::State;
use axum::response::Html;
use projections::interests::Interest;

/// Leads in a list.
const SHOWN_MAX: i64 = 50;

/// What a viewer may choose from.
pub struct Lists {
    pub own: Vec<Item>,
    /// `None`: the viewer is no qualifier.
    pub waiting: Option<Vec<Item>>,
}

/// A lead in a list.
pub struct Item {
    pub num: i64,
    pub name: String,
    pub phone: String,
    /// Where it stands, in a word or two.
    pub state: String,
    /// When it came, in the ledger's zone, and in microseconds since 1970 for the script.
    pub at: String,
    pub came_at: i64,
    pub agent: String,
}

pub async fn handler(State(app): State<App>, viewer: Viewer) -> Result<Html<String>, Rejected> {
    let lists = Lists::of(&app, &viewer).await.map_err(|reject| viewer.reject(reject))?;
    Ok(render(&ListsPage { lists }))
}

impl Lists {
    /// The lists of this viewer.
    pub async fn of(app: &App, viewer: &Viewer) -> Result<Self, Reject> {
        let views = app.ledger.views();
        let own = views.interests_of(viewer.person.id, SHOWN_MAX).await.map_err(RecordError::from)?;
        let own = items(app, own, false).await?;
        if !viewer.person.agent.may_qualify() {
            return Ok(Self { own, waiting: None });
        }
        let waiting = views.waiting_submissions(SHOWN_MAX).await.map_err(RecordError::from)?;
        Ok(Self { own, waiting: Some(items(app, waiting, true).await?) })
    }
}

async fn items(app: &App, interests: Vec<Interest>, is_waiting: bool) -> Result<Vec<Item>, Reject> {
    let mut items = Vec::with_capacity(interests.len());
    for interest in interests {
        let state = match (&interest.waiting_since, interest.answer.as_deref()) {
            (Some(_), _) => "with the qualifier".to_owned(),
            (None, Some("returned")) if interest.stage == "interested" => "returned".to_owned(),
            (None, _) => interest.stage,
        };
        items.push(Item {
            num: interest.num,
            name: interest.full_name.unwrap_or_else(|| "no name yet".to_owned()),
            phone: interest.phone.unwrap_or_default(),
            state,
            at: local(app, interest.came_at).await?,
            came_at: interest
                .waiting_since
                .filter(|_| is_waiting)
                .unwrap_or(interest.came_at)
                .timestamp_micros(),
            agent: interest.agent_name.unwrap_or_default(),
        });
    }
    Ok(items)
}
