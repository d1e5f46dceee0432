//! The calls: how each deed is said in the clients' own dialects.

use super::clients::Client;
use super::journal::written;
use super::plan::{About, Deed};
use crate::support::DIALER_TOKEN;
use crate::support::clients::FROM_DIALER;
use reqwest::Method;
use serde_json::{Value, json};

/// A request as it is sent each time.
pub struct Call {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub token: String,
    pub has_key: bool,
}

impl Client {
    pub(super) fn post(&self, path: &str, body: Value) -> Call {
        let token = self.history.prepared.token.clone();
        Call { method: Method::POST, path: path.to_owned(), body: Some(body), token, has_key: false }
    }

    pub(super) fn call(&mut self, deed: &Deed, n: usize, tag: &str) -> Option<Call> {
        let dialer = |call| Call { token: DIALER_TOKEN.to_owned(), ..call };
        Some(match deed {
            Deed::Report { about, status, stated } => {
                let body = self.report_body(about, status, *stated, n, tag)?;
                self.report = Some(body.clone());
                Call { has_key: stated.is_none(), ..dialer(self.post("/api/dialer/report-result", body)) }
            }
            Deed::AddNumbers { phones } => self.post("/api/numbers", json!({ "phone_numbers": phones })),
            Deed::Click { phone, has_key } => {
                let body = json!({ "user": "CalebG", "phone": phone, "notes": tag });
                Call { has_key: *has_key, ..self.post(FROM_DIALER, body) }
            }
            Deed::SetStatus { number, status } => {
                let body = json!({ "status": status });
                Call { method: Method::PUT, ..self.post(&format!("/api/numbers/{number}/status"), body) }
            }
            Deed::Delete { number, is_sale } => {
                let of = if *is_sale { "leads" } else { "numbers" };
                Call {
                    method: Method::DELETE,
                    body: None,
                    ..self.post(&format!("/api/{of}/{number}"), Value::Null)
                }
            }
            Deed::NextBatch { size, has_key } => {
                let path = format!("/api/dialer/next-batch?size={size}");
                Call {
                    method: Method::GET,
                    body: None,
                    has_key: *has_key,
                    ..dialer(self.post(&path, Value::Null))
                }
            }
            Deed::CreateLead { phone } => self.post("/api/leads", json!({ "name": tag, "phone": phone })),
            Deed::FileReport { day } => {
                let body =
                    json!({ "reportDate": format!("2025-03-{day:02}"), "totalCalls": n, "dailyNotes": tag });
                self.post("/api/reports", body)
            }
            Deed::ShortBatch { .. } | Deed::LogOut | Deed::Stock { .. } | Deed::Download => return None,
        })
    }

    fn report_body(
        &self,
        about: &About,
        status: &str,
        stated: Option<i64>,
        n: usize,
        tag: &str,
    ) -> Option<Value> {
        // No two acts state the same microsecond.
        let micros = i64::try_from(self.index * 1_000 + n).unwrap()
            - i64::from(self.history.began.timestamp_subsec_micros());
        let at = |seconds| {
            self.history.began + chrono::Duration::seconds(seconds) + chrono::Duration::microseconds(micros)
        };
        let attempted_at = stated.map(|seconds| written(at(seconds)));
        let mut body = json!({ "status": status, "reason": tag, "attempted_at": attempted_at });
        match about {
            About::Number(number) => body["number_id"] = json!(number),
            About::Phone(phone) => body["phone_number"] = json!(phone),
            About::Batch => {
                let (batch, numbers) = self.batch.as_ref()?;
                body["number_id"] = json!(numbers.get(n % numbers.len().max(1))?);
                body["batch_id"] = json!(batch);
            }
            About::SameCall => {
                let last = self.report.as_ref()?;
                for name in ["number_id", "phone_number", "batch_id", "attempted_at"] {
                    body[name] = last[name].clone();
                }
                if body["attempted_at"].is_null() {
                    return None;
                }
            }
        }
        Some(body)
    }
}
