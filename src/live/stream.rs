//! `GET /api/v1/ledger/stream`: what happens, as server-sent events; `id` is the position in the log, so that `Last-Event-ID` goes
//! on where a listener left off, however long ago.

use super::audience::{CHECK_EVERY, Listener};
use super::hub::{Batch, Hub, Seat};
use super::news::News;
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::ledger::RecordError;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;

/// Between two signs of life on a stream on which nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events written ahead of a slow reader; the log keeps the rest.
const AHEAD: usize = 256;

pub async fn handler(State(app): State<App>, request: Request) -> Response {
    let (headers, id) = (request.headers().clone(), request_id(request.extensions()));
    match open(&app, &headers).await {
        Ok(response) => response,
        Err(refused) => refused.answer(&id),
    }
}

/// Why somebody hears nothing.
enum Refused {
    NotAuthenticated,
    BadPosition,
    TooMany,
    Unavailable,
}

impl From<RecordError> for Refused {
    fn from(error: RecordError) -> Self {
        tracing::warn!(%error, "a listener could not be let in");
        Self::Unavailable
    }
}

impl Refused {
    /// In the native dialect's shape, under whose paths it stands (C-09).
    fn answer(&self, request_id: &str) -> Response {
        let (status, code, detail) = match self {
            Self::NotAuthenticated => (StatusCode::UNAUTHORIZED, "not_authenticated", "Not authenticated"),
            Self::BadPosition => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "validation_error",
                "Last-Event-ID is no position of the log",
            ),
            Self::TooMany => {
                (StatusCode::SERVICE_UNAVAILABLE, "too_many_listeners", "Too many listeners; try again later")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The ledger cannot do this now; try again")
            }
        };
        let body = json!({ "detail": detail, "code": code, "request_id": request_id });
        (status, [("retry-after", "5")], axum::Json(body)).into_response()
    }
}

async fn open(app: &App, headers: &HeaderMap) -> Result<Response, Refused> {
    let token = bearer(headers).ok_or(Refused::NotAuthenticated)?;
    let listener = Listener::find(app, token).await?.ok_or(Refused::NotAuthenticated)?;
    let place = app.listeners.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
    // First of all, so that nothing is missed between here and there.
    let seat = app.hub.seat();
    let batches = app.hub.subscribe();
    let head = app.hub.position();
    let from = last_event_id(headers)?.unwrap_or(head);
    if from > head {
        return Err(Refused::BadPosition);
    }
    let (sender, receiver) = mpsc::channel(AHEAD);
    let teller = Teller { app: app.clone(), listener, position: from, sender, _place: place, _seat: seat };
    app.tasks.start(teller.run(batches));
    let events = receive(receiver);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// The position after which to go on.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Refused> {
    let text = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("none").trim());
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let position = text.parse().ok().filter(|position| *position >= 0);
    position.map(Some).ok_or(Refused::BadPosition)
}

fn receive(receiver: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        Some((Ok(receiver.recv().await?), receiver))
    })
}

/// Tells one listener.
struct Teller {
    app: App,
    listener: Listener,
    /// All up to here is told.
    position: i64,
    sender: mpsc::Sender<Event>,
    _place: OwnedSemaphorePermit,
    _seat: Seat,
}

/// The listener is gone, or may hear no more.
struct Over;

impl Teller {
    async fn run(mut self, mut batches: Receiver<Batch>) {
        let tasks = self.app.tasks.clone();
        tokio::select! {
            _ = self.tell_all(&mut batches) => {}
            () = tasks.stopping() => {}
        }
    }

    async fn tell_all(&mut self, batches: &mut Receiver<Batch>) -> Result<(), Over> {
        let hub = self.app.hub.clone();
        self.catch_up(&hub, hub.position()).await?;
        let mut check_at = Instant::now() + CHECK_EVERY;
        loop {
            tokio::select! {
                batch = batches.recv() => match batch {
                    Ok(batch) => {
                        // What was told before this listener came, or while it was slow.
                        self.catch_up(&hub, batch.after).await?;
                        self.tell(&batch.news).await?;
                        self.position = self.position.max(batch.upto);
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Err(Over),
                },
                () = tokio::time::sleep_until(check_at) => {
                    let again = self.listener.again(&self.app).await;
                    self.listener = again.ok().flatten().ok_or(Over)?;
                    check_at = Instant::now() + CHECK_EVERY;
                }
                () = self.sender.closed() => return Err(Over),
            }
        }
    }

    async fn catch_up(&mut self, hub: &Hub, upto: i64) -> Result<(), Over> {
        while self.position < upto && upto < i64::MAX {
            let (news, reached) = hub.missed(self.position, upto).await.map_err(|_| Over)?;
            self.tell(&news).await?;
            self.position = reached;
        }
        Ok(())
    }

    async fn tell(&self, news: &[News]) -> Result<(), Over> {
        for news in news.iter().filter(|news| news.position > self.position && self.listener.hears(news)) {
            let event = Event::default().id(news.position.to_string()).event(news.name);
            let event = event.data(news.told.to_string());
            self.sender.send(event).await.map_err(|_| Over)?;
        }
        Ok(())
    }
}
