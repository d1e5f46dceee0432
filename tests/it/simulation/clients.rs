//! The clients: each does its acts one after another, and sends again what it has no answer to, as real dialers do.

use super::History;
use super::calls::Call;
use super::journal::{Answer, Entry};
use super::plan::{Act, Deed};
use super::stock;
use crate::support::FROM_DIALER_KEY;
use crate::support::clients::{FROM_DIALER, http};
use lead_ledger::actions::calls::issue_batch::IssueBatch;
use lead_ledger::http::tokens::Use;
use lead_ledger::ledger::{Context, RecordError};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How often something is sent that is not answered.
const SENDINGS_MAX: usize = 6;
const PATIENCE: Duration = Duration::from_secs(15);

/// A client and what it remembers.
pub struct Client {
    pub(super) history: Arc<History>,
    pub(super) index: usize,
    http: reqwest::Client,
    /// The numbers of its last batch, and the batch.
    pub(super) batch: Option<(String, Vec<i64>)>,
    /// Its last report.
    pub(super) report: Option<Value>,
}

impl Client {
    pub fn new(history: Arc<History>, index: usize) -> Self {
        let http = http().timeout(PATIENCE).build().unwrap();
        Self { history, index, http, batch: None, report: None }
    }

    /// Does all of it; answers the journal.
    pub async fn run(mut self, acts: Vec<Act>) -> Vec<Entry> {
        let mut journal = Vec::with_capacity(acts.len());
        for (n, act) in acts.into_iter().enumerate() {
            tokio::time::sleep(act.pause).await;
            let tag = format!("act-{}-{n}", self.index);
            let (from, deed) = (self.history.head().await, act.deed.clone());
            let mut entry = Entry {
                tag,
                deed,
                sent: Value::Null,
                answers: Vec::new(),
                from,
                upto: 0,
                stock: None,
                token: None,
            };
            self.act(&act, n, &mut entry).await;
            entry.upto = self.history.head().await;
            journal.push(entry);
        }
        journal
    }

    async fn act(&mut self, act: &Act, n: usize, entry: &mut Entry) {
        match &act.deed {
            Deed::ShortBatch { size, lease } => self.short_batch(act.process, *size, *lease, entry).await,
            Deed::Stock { number, what, skew } => {
                stock::write(&self.history, *number, *what, *skew, entry).await;
            }
            Deed::Download => self.leave_a_download(act.process, entry).await,
            Deed::LogOut => {
                let Some(alive) = self.history.processes[act.process].alive() else { return };
                let (admin, agent) = &self.history.prepared.admin;
                let token = alive.app.tokens.issue(Use::Api, *admin, agent).unwrap();
                entry.token = alive.app.tokens.read(Use::Api, &token).map(|claims| claims.jti);
                let call = Call { token, ..self.post("/api/auth/logout", Value::Null) };
                entry.answers.push(self.send(act.process, &call, &entry.tag).await);
            }
            Deed::Report { .. }
            | Deed::AddNumbers { .. }
            | Deed::Click { .. }
            | Deed::SetStatus { .. }
            | Deed::Delete { .. }
            | Deed::NextBatch { .. }
            | Deed::CreateLead { .. }
            | Deed::FileReport { .. } => {
                let Some(call) = self.call(&act.deed, n, &entry.tag) else { return };
                entry.sent = json!({ "path": call.path, "body": call.body });
                self.send_until_answered(act, &call, entry).await;
                self.remember(entry);
            }
        }
    }

    /// Sends it again for as long as it has no answer, if it says which act it is; now and then although it has one.
    async fn send_until_answered(&self, act: &Act, call: &Call, entry: &mut Entry) {
        let is_told_apart = call.has_key
            || matches!(act.deed, Deed::Report { .. } | Deed::AddNumbers { .. } | Deed::Delete { .. });
        for sending in 0..SENDINGS_MAX {
            let answer = self.send((act.process + sending) % 2, call, &entry.tag).await;
            let is_answered = !matches!(answer, Answer::Unknown);
            entry.answers.push(answer);
            if is_answered || !is_told_apart {
                break;
            }
            tokio::time::sleep(Duration::from_millis(40) * u32::try_from(sending + 1).unwrap()).await;
        }
        if act.is_repeated && is_told_apart {
            entry.answers.push(self.send((act.process + 1) % 2, call, &entry.tag).await);
        }
    }

    fn remember(&mut self, entry: &Entry) {
        let Some(batch) = entry.done().next().map(|body| &body["batch"]).filter(|batch| batch.is_object())
        else {
            return;
        };
        let numbers: Vec<i64> =
            batch["numbers"].as_array().unwrap().iter().filter_map(|number| number["id"].as_i64()).collect();
        if !numbers.is_empty() {
            self.batch = Some((batch["batch_id"].as_str().unwrap().to_owned(), numbers));
        }
    }

    fn request(&self, base: &str, call: &Call, tag: &str) -> RequestBuilder {
        let request = self
            .http
            .request(call.method.clone(), format!("{base}{}", call.path))
            .header("x-request-id", tag);
        let request = if call.path == FROM_DIALER {
            request.header("x-dialer-api-key", FROM_DIALER_KEY)
        } else {
            request.bearer_auth(&call.token)
        };
        let request = if call.has_key { request.header("idempotency-key", tag) } else { request };
        match &call.body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        }
    }

    async fn send(&self, process: usize, call: &Call, tag: &str) -> Answer {
        let Some(alive) = self.history.processes[process].alive() else { return Answer::Unknown };
        let Ok(response) = self.request(&alive.base, call, tag).send().await else { return Answer::Unknown };
        let status = response.status().as_u16();
        let Ok(text) = response.text().await else { return Answer::Unknown };
        match status {
            503 => Answer::Unknown,
            200..300 => Answer::Done(serde_json::from_str(&text).unwrap_or(Value::String(text))),
            500.. => Answer::Failed(format!("{status} {text}")),
            _ => Answer::Refused(status),
        }
    }

    async fn short_batch(&mut self, process: usize, size: u32, lease: Duration, entry: &mut Entry) {
        let Some(alive) = self.history.processes[process].alive() else { return };
        let context = Context { request_id: entry.tag.clone(), ..Context::system("simulation") };
        let lease = chrono::Duration::from_std(lease).unwrap();
        let request = IssueBatch { size_requested: size, size, lease, only: None, receipt: None };
        let ledger = alive.app.ledger.clone();
        let issued = alive.within(async move { ledger.issue_batch(&context, &request).await }).await;
        entry.answers.push(match issued {
            None | Some(Err(RecordError::Unavailable | RecordError::Busy)) => Answer::Unknown,
            Some(Err(RecordError::Internal(error))) => Answer::Failed(error),
            Some(Err(RecordError::Refused(_) | RecordError::Conflict(_))) => Answer::Refused(409),
            Some(Ok(issued)) => {
                let batch = issued.answer;
                let numbers: Vec<Value> =
                    batch.numbers.iter().map(|number| json!({ "id": number.num })).collect();
                Answer::Done(json!({ "batch": { "batch_id": batch.batch_id, "numbers": numbers } }))
            }
        });
        self.remember(entry);
    }

    async fn leave_a_download(&self, process: usize, entry: &mut Entry) {
        let call = Call {
            method: Method::GET,
            body: None,
            ..self.post("/api/v1/ledger/events?limit=100000", Value::Null)
        };
        let Some(alive) = self.history.processes[process].alive() else { return };
        let Ok(mut response) = self.request(&alive.base, &call, &entry.tag).send().await else { return };
        if response.status().as_u16() >= 500 && response.status().as_u16() != 503 {
            entry.answers.push(Answer::Failed(response.status().to_string()));
        }
        let _ = response.chunk().await;
        self.history.count("download left", 1);
    }
}
