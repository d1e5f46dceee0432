//! One listener's stream of server-sent events: `id` is the position in the log, so that whoever comes back goes on where they
//! left off, however long ago. A listener whose token is void hears no more, however slowly they read.
//!
//! When the service ends, the last event is `closing` with the position that was reached, as its `id` too, and a `retry` of
//! one to three seconds: a browser's `EventSource` comes back by itself, and not all of them at the same moment.

use super::audience::{CHECK_EVERY, Listener};
use super::hub::{Batch, Hub, Seat};
use super::news::News;
use super::places::Place;
use crate::state::App;
use axum::response::sse::Event;
use futures_util::Stream;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Events written ahead of a slow reader; the log keeps the rest.
const AHEAD: usize = 256;
/// How long a reader may take to make room for one more.
const SLOW_MAX: Duration = Duration::from_mins(1);
/// How long a reader may take to make room for the last event.
const GOODBYE: Duration = Duration::from_millis(500);
/// How soon a listener should come back after the service ended, at the least; up to three times as long for some.
const COME_BACK: Duration = Duration::from_secs(1);

/// What happens after position `after` (`None`: from now on), as this listener may hear it.
pub fn open(
    app: &App,
    listener: Listener,
    place: Place,
    after: Option<i64>,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    // First of all, so that nothing is missed between here and there.
    let seat = app.hub.seat();
    let batches = app.hub.subscribe();
    let position = after.unwrap_or_else(|| app.hub.position());
    let (sender, receiver) = mpsc::channel(AHEAD);
    let check_at = Instant::now() + CHECK_EVERY;
    let told = None;
    let teller =
        Teller { app: app.clone(), listener, position, told, check_at, sender, _place: place, _seat: seat };
    app.tasks.start(teller.run(batches));
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
    /// The position that the listener would come back with.
    told: Option<i64>,
    check_at: Instant,
    sender: mpsc::Sender<Event>,
    _place: Place,
    _seat: Seat,
}

/// The listener is gone, too slow, or may hear no more.
struct Over;

impl Teller {
    async fn run(mut self, mut batches: Receiver<Batch>) {
        let tasks = self.app.tasks.clone();
        tokio::select! {
            _ = self.tell_all(&mut batches) => {}
            () = tasks.draining() => self.say_goodbye().await,
        }
    }

    /// Says where to go on.
    async fn say_goodbye(&mut self) {
        let position = self.told.unwrap_or(self.position).max(self.position);
        let event = Event::default().id(position.to_string()).event("closing");
        let told =
            json!({ "position": position, "message": "The service is ending. Come back at this position." });
        let event = event.retry(COME_BACK + crate::clock::jitter(COME_BACK)).data(told.to_string());
        // The listener may be gone, or slow: it comes back with what it has heard.
        let _ = tokio::time::timeout(GOODBYE, self.sender.send(event)).await;
    }

    async fn tell_all(&mut self, batches: &mut Receiver<Batch>) -> Result<(), Over> {
        let hub = self.app.hub.clone();
        self.mark().await?;
        self.catch_up(&hub, hub.position()).await?;
        loop {
            self.check().await?;
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
                () = tokio::time::sleep_until(self.check_at) => {}
                () = self.sender.closed() => return Err(Over),
            }
        }
    }

    /// Asks now and then whether the listener may hear on, and says how far everything is told: whoever heard nothing
    /// comes back with that.
    async fn check(&mut self) -> Result<(), Over> {
        if Instant::now() < self.check_at {
            return Ok(());
        }
        let again = self.listener.again(&self.app).await;
        self.listener = again.ok().flatten().ok_or(Over)?;
        self.check_at = Instant::now() + CHECK_EVERY;
        self.mark().await
    }

    async fn mark(&mut self) -> Result<(), Over> {
        if self.told.is_none_or(|told| told < self.position) {
            self.send(Event::default().id(self.position.to_string())).await?;
            self.told = Some(self.position);
        }
        Ok(())
    }

    async fn catch_up(&mut self, hub: &Hub, upto: i64) -> Result<(), Over> {
        while self.position < upto {
            self.check().await?;
            let (news, reached) = hub.missed(self.position, upto).await.map_err(|_| Over)?;
            self.tell(&news).await?;
            self.position = reached;
        }
        Ok(())
    }

    async fn tell(&mut self, news: &[News]) -> Result<(), Over> {
        let after = self.position;
        for news in news.iter().filter(|news| news.position > after) {
            if self.listener.hears(news) {
                let event = Event::default().id(news.position.to_string()).event(news.name);
                self.send(event.data(news.told.to_string())).await?;
                self.told = Some(news.position);
                self.check().await?;
            }
        }
        Ok(())
    }

    async fn send(&self, event: Event) -> Result<(), Over> {
        match tokio::time::timeout(SLOW_MAX, self.sender.send(event)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Over),
        }
    }
}
