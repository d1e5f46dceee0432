//! Socket.IO 4 at `/socket.io`: a token in the handshake, one's own room, the three documented events (B-166 to B-169, C-32).
//!
//! | room | who is in it | what it hears |
//! |---|---|---|
//! | `user:ID` | whoever joined by `join-user-room` and may | leads and calls of that person |
//! | `team:ID` | that supervisor, by connecting | of their team, people's status too |
//! | `nobodys` | supervisors, by connecting | calls that are nobody's |
//! | `all` | who sees everything, by connecting | everything |
//!
//! An event goes to all its rooms at once: whoever is in two of them hears it once. Events that clients emit and nobody
//! documented are ignored.
//!
//! When the service ends, all clients get the event `closing` with the position that was reached. Their connections are then
//! closed without a disconnect packet, so that the official client connects again by itself; what it missed meanwhile, it may
//! read as server-sent events from that position on.

use super::audience::{CHECK_EVERY, Listener};
use super::hub::Batch;
use super::news::News;
use crate::ledger::RecordError;
use crate::state::App;
use domain::ids::AnyId;
use domain::principal::Role;
use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::layer::SocketIoLayer;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

/// The largest message of a client, in bytes: rooms are all they talk of.
const MESSAGE_MAX: u64 = 16 << 10;
/// Messages that wait for a slow client.
const BUFFERED: usize = 256;
/// How long a client may take to say who it is.
const CONNECT_MAX: Duration = Duration::from_secs(10);
const GOODBYE: Duration = Duration::from_millis(500);
/// How long the last event may take to get out before connections are closed.
const FAREWELL: Duration = Duration::from_millis(200);
const RETRY: Duration = Duration::from_millis(500);
/// The room of whoever sees everything.
const ALL: &str = "all";
/// The room of whoever sees what is nobody's.
const NOBODYS: &str = "nobodys";

/// What a client shows when it connects.
#[derive(Deserialize)]
struct Handshake {
    token: Option<String>,
}

/// Why a client may not connect; the client gets it as the message of its `connect_error`.
struct Refused(&'static str);

const ENDING: Refused = Refused("The service is ending. Try again.");

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The layer that answers `/socket.io`, and the task that tells its clients what happens.
pub fn layer(app: &App) -> SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .max_payload(MESSAGE_MAX)
        .ws_max_message_size(16 << 10)
        .ws_max_frame_size(16 << 10)
        .max_buffer_size(BUFFERED)
        .connect_timeout(CONNECT_MAX)
        .build_layer();
    // Clients hold these for as long as they like; the service does not wait for them.
    let (letting_in, connected) = (app.downgrade(), app.downgrade());
    let let_in = async move |socket: SocketRef, TryData(shown): TryData<Handshake>| {
        let app = letting_in.upgrade().ok_or(ENDING)?;
        let listener = find(&app, shown.ok().and_then(|shown| shown.token)).await?;
        let place = app.places.take(listener.id).ok_or(Refused("Too many connections"))?;
        socket.extensions.insert(place);
        // Before the client is told that it is connected: whatever happens from then on it hears.
        socket.extensions.insert(app.hub.seat());
        socket.extensions.insert(listener);
        Ok::<(), Refused>(())
    };
    // At once, not in a task of its own: a client may join its room with its first message.
    let connect = move |socket: SocketRef| {
        if let Some(app) = connected.upgrade() {
            join_own(&app, &socket);
        }
        std::future::ready(())
    };
    io.ns("/", connect.with(let_in));
    app.tasks.start(tell(app.clone(), io));
    layer
}

async fn find(app: &App, token: Option<String>) -> Result<Listener, Refused> {
    let token = token.filter(|token| !token.trim().is_empty());
    let token = token.ok_or(Refused("Access denied. No token provided."))?;
    let token = token.trim().strip_prefix("Bearer ").unwrap_or(token.trim()).to_owned();
    match Listener::find(app, &token).await {
        Ok(Some(listener)) => Ok(listener),
        Ok(None) => Err(Refused("Access denied. Invalid token.")),
        Err(error) => {
            tracing::warn!(%error, "a client could not be let in");
            Err(Refused("The service cannot take this now. Try again."))
        }
    }
}

/// Whoever connected is put where they hear what is theirs by their role, and watched from then on.
fn join_own(app: &App, socket: &SocketRef) {
    let Some(listener) = socket.extensions.get::<Listener>() else {
        let _ = socket.clone().disconnect();
        return;
    };
    match listener.role {
        Role::Admin | Role::Auditor | Role::Analyst => socket.join(ALL),
        Role::Supervisor => socket.join([team(listener.id), NOBODYS.to_owned()]),
        Role::Telecaller | Role::Agent => {}
    }
    let joining = app.downgrade();
    socket.on("join-user-room", async move |socket: SocketRef, TryData(named): TryData<Value>| {
        let Some(app) = joining.upgrade() else { return };
        if let Err(Refused(message)) = join(&app, &socket, named.ok()).await {
            let _ = socket.emit("error", &json!({ "message": message, "event": "join-user-room" }));
        }
    });
    app.tasks.start(watch(app.clone(), socket.clone()));
}

/// Joins the room of the person that a text or `{userId}` names.
async fn join(app: &App, socket: &SocketRef, named: Option<Value>) -> Result<(), Refused> {
    const UNKNOWN: Refused = Refused("No such user");
    let listener = socket.extensions.get::<Listener>().ok_or(UNKNOWN)?;
    let named = named.ok_or(UNKNOWN)?;
    let named = named.get("userId").unwrap_or(&named);
    let text = named.as_str().map_or_else(|| named.to_string(), ToOwned::to_owned);
    let id = AnyId::parse(text.trim()).ok_or(UNKNOWN)?;
    let row = app.ledger.views().find_agent(id).await.map_err(|_| Refused("Try again"))?;
    // Who may join only their own room is not told who else there is.
    let id = row.map_or(Uuid::nil(), |row| row.id);
    if !listener.may_join(id) {
        return Err(Refused("Access denied. Insufficient permissions."));
    }
    if id.is_nil() {
        return Err(UNKNOWN);
    }
    socket.join(user(id));
    Ok(())
}

/// Ends a connection whose token is good no more, or good for another role.
async fn watch(app: App, socket: SocketRef) {
    let Some(listener) = socket.extensions.get::<Listener>() else { return };
    while socket.connected() {
        tokio::select! {
            () = tokio::time::sleep(CHECK_EVERY) => {}
            () = app.tasks.draining() => return,
        }
        match listener.again(&app).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                let _ = socket.clone().disconnect();
                return;
            }
            Err(error) => tracing::warn!(%error, "a listener could not be asked for; it is tried again"),
        }
    }
}

fn user(id: Uuid) -> String {
    format!("user:{id}")
}

fn team(id: Uuid) -> String {
    format!("team:{id}")
}

/// Tells all clients what happens until the service ends.
async fn tell(app: App, io: SocketIo) {
    let mut batches = app.hub.subscribe();
    loop {
        tokio::select! {
            batch = batches.recv() => match batch {
                Ok(batch) => emit_all(&app, &io, &batch).await,
                // Clients of this kind cannot go back; they hear on from here.
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "clients were not told of everything"),
                Err(RecvError::Closed) => break,
            },
            () = app.tasks.draining() => break,
        }
    }
    let told = json!({ "position": app.hub.position(), "message": "The service is ending. Connect again." });
    if let Err(error) = io.emit("closing", &told).await {
        tracing::debug!(%error, "some client was not told that the service ends");
    }
    tokio::time::sleep(FAREWELL).await;
    // Clients that do not say goodbye are not waited for.
    let _ = tokio::time::timeout(GOODBYE, io.close()).await;
}

async fn emit_all(app: &App, io: &SocketIo, batch: &Batch) {
    let leaders = loop {
        match leaders(app, &batch.news).await {
            Ok(leaders) => break leaders,
            Err(error) => tracing::warn!(%error, "who leads whom could not be read; it is tried again"),
        }
        if app.tasks.is_stopping() {
            return;
        }
        tokio::time::sleep(RETRY).await;
    };
    for news in batch.news.iter() {
        let rooms = rooms(news, &leaders);
        if let Err(error) = io.to(rooms).emit(news.name, &news.told).await {
            tracing::debug!(%error, "some client was not told");
        }
    }
}

/// Who leads those whom it is about.
async fn leaders(app: &App, news: &[News]) -> Result<HashMap<Uuid, Uuid>, RecordError> {
    let ids: Vec<Uuid> = news.iter().filter_map(|news| news.agent_id).collect();
    let rows = app.ledger.views().agents_by_id(&ids).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.supervisor_id?))).collect())
}

fn rooms(news: &News, leaders: &HashMap<Uuid, Uuid>) -> Vec<String> {
    let mut rooms = vec![ALL.to_owned()];
    match news.agent_id {
        None => rooms.push(NOBODYS.to_owned()),
        Some(id) => {
            rooms.extend(leaders.get(&id).map(|leader| team(*leader)));
            // Whoever leads hears of themselves too.
            rooms.push(team(id));
            if !news.is_for_leaders {
                rooms.push(user(id));
            }
        }
    }
    rooms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-167, B-169, C-32
    #[test]
    fn the_status_of_people_is_for_those_who_lead_them() {
        let [own, leader] = [1, 2].map(Uuid::from_u128);
        let news = |is_for_leaders, agent_id| News {
            position: 1,
            name: "x",
            agent_id,
            is_for_leaders,
            told: Value::Null,
        };
        let leaders = HashMap::from([(own, leader)]);
        assert!(rooms(&news(false, Some(own)), &leaders).contains(&user(own)));
        let told = rooms(&news(true, Some(own)), &leaders);
        assert!(!told.contains(&user(own)) && told.contains(&team(leader)));
        assert_eq!(rooms(&news(false, None), &leaders), [ALL, NOBODYS]);
    }
}
