//! One client for each dialect: it knows the paths and headers, so that no test spells them.

use super::documented;
use super::{DIALER_TOKEN, FROM_DIALER_KEY, PASSWORD, TestApp};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// Where clicks go, with the documents' own slash (B-001).
pub const FROM_DIALER: &str = "/api/leads/from-dialer/";

/// A client in the making.
pub fn http() -> reqwest::ClientBuilder {
    lead_ledger::call_provider::use_one_cryptography();
    reqwest::Client::builder()
}

/// An answer, read.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Reads it, and holds it against the dialect's own document.
    async fn read(method: &Method, response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let path = response.url().path().to_owned();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        documented::check(method, &path, status, &body);
        Self { status, headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Somebody who talks HTTP.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Client {
    pub fn nobody(app: &TestApp) -> Self {
        Self { base: format!("http://{}", app.address), token: None, http: http().build().unwrap() }
    }

    pub fn dialer(app: &TestApp) -> Self {
        Self { token: Some(DIALER_TOKEN.to_owned()), ..Self::nobody(app) }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Logs in by user name.
    pub async fn person(app: &TestApp, username: &str) -> Self {
        let nobody = Self::nobody(app);
        let answer = nobody.log_in(username, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        nobody.with_token(answer.body["access_token"].as_str().unwrap())
    }

    pub async fn log_in(&self, username: &str, password: &str) -> Answer {
        let body = json!({ "username": username, "password": password });
        self.send(Method::POST, "/api/auth/login", Some(&body.to_string()), &[]).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(&body.to_string()), &[]).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(&body.to_string()), &[]).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(&method, request.send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Sends a file as a form does.
    pub async fn upload(&self, path: &str, name: &str, file: Vec<u8>) -> Answer {
        let part = reqwest::multipart::Part::bytes(file).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().text("note", "from a form").part("file", part);
        let request = self.http.post(format!("{}{path}", self.base)).multipart(form);
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Answer::read(&Method::POST, request.send().await.unwrap()).await
    }

    /// The bytes that a `POST` of JSON is answered with, and their type.
    pub async fn download(&self, path: &str, body: &Value) -> (StatusCode, String, Vec<u8>) {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let response = request.bearer_auth(self.token.as_deref().unwrap_or("")).send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status(), content_type, response.bytes().await.unwrap().to_vec())
    }

    /// A form as it is written.
    pub async fn form(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.base)).body(form.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(&Method::POST, request.send().await.unwrap()).await
    }

    /// Any bytes as a body.
    pub async fn bytes(
        &self,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base)).body(body);
        if let Some(token) =
            self.token.as_ref().filter(|_| headers.iter().all(|(name, _)| *name != "authorization"))
        {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(&method, request.send().await.unwrap()).await
    }

    /// A click of the "Interested" button, by JSON.
    pub async fn click(&self, body: &Value) -> Answer {
        let headers = [("x-dialer-api-key", FROM_DIALER_KEY)];
        self.send(Method::POST, FROM_DIALER, Some(&body.to_string()), &headers).await
    }

    pub async fn next_batch(&self, size: usize) -> Answer {
        self.get(&format!("/api/dialer/next-batch?size={size}")).await
    }

    /// Another status for a number in the panel.
    pub async fn set_status(&self, number: i64, status: &str) -> Answer {
        self.put(&format!("/api/numbers/{number}/status"), &json!({ "status": status })).await
    }

    pub async fn report(&self, body: &Value) -> Answer {
        self.post("/api/dialer/report-result", body).await
    }
}

/// A report of a call at that second of the test clock's first minute.
pub fn report(number_id: i64, status: &str, second: u32) -> Value {
    json!({
        "number_id": number_id, "phone_number": null, "status": status, "reason": null,
        "attempted_at": format!("2025-03-01T08:30:{second:02}.000000+00:00")
    })
}
