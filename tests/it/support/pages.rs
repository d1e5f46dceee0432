//! Somebody who looks at pages: keeps a cookie, follows no redirect by itself, fills in forms.

use super::{PASSWORD, TestApp};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, StatusCode};
use std::collections::BTreeMap;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of every named input and text area, as the page shows them.
    pub fn inputs(&self) -> BTreeMap<String, String> {
        let mut inputs = BTreeMap::new();
        for tag in self.text.split("<input ").skip(1) {
            let tag = tag.split('>').next().unwrap();
            let part =
                |name: &str| Some(tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.to_owned());
            if let Some(name) = part("name") {
                inputs.insert(name, part(" value").unwrap_or_default());
            }
        }
        for select in self.text.split("<select ").skip(1) {
            let name = select.split("name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let chosen = select.split("</select>").next().unwrap().split(" selected>").nth(1);
            let chosen = chosen.map_or("", |rest| rest.split('<').next().unwrap());
            inputs.insert(name, chosen.to_owned());
        }
        inputs
    }
}

/// A browser without a window.
#[derive(Clone)]
pub struct Pages {
    base: String,
    http: reqwest::Client,
    pub cookie: Option<String>,
    /// The address for which a proxy asks.
    pub forwarded_for: Option<String>,
}

impl Pages {
    pub fn nobody(app: &TestApp) -> Self {
        let http = super::clients::http().redirect(Policy::none()).build().unwrap();
        Self { base: format!("http://{}", app.address), http, cookie: None, forwarded_for: None }
    }

    /// Logs in by the form.
    pub async fn person(app: &TestApp, username: &str) -> Self {
        let mut pages = Self::nobody(app);
        let fields = [("username", username), ("password", PASSWORD), ("next", "/agent-dashboard")];
        let page = pages.post("/agent-dashboard/log-in", &fields).await;
        assert_eq!((page.status.as_u16(), page.location()), (303, "/agent-dashboard"), "{page:?}");
        let cookie = page.headers[SET_COOKIE].to_str().unwrap();
        pages.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        pages
    }

    pub async fn get(&self, path: &str) -> Page {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Sends the form of a page with these changes.
    pub async fn fill(&self, page: &Page, path: &str, changes: &[(&str, &str)]) -> Page {
        let mut fields = page.inputs();
        for (name, value) in changes {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(path, &fields).await
    }

    async fn send(&self, request: RequestBuilder) -> Page {
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let request = match &self.forwarded_for {
            Some(address) => request.header("x-forwarded-for", address),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    }
}
