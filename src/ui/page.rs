//! What does a page look like? The templates' values, and how they become an answer.

use super::HOME;
use super::form::{Input, LeadForm};
use super::lists::Lists;
use super::reject::Reject;
use super::session::Viewer;
use crate::ledger::RecordError;
use crate::state::App;
use askama::Template;
use axum::response::Html;
use domain::time::Instant;

/// The log-in.
#[derive(Template)]
#[template(path = "log_in.html", config = "src/ui/askama.toml")]
pub struct LogInPage<'a> {
    pub next: &'a str,
    pub problem: Option<&'a str>,
}

/// A "no" in words for people.
#[derive(Template)]
#[template(path = "problem.html", config = "src/ui/askama.toml")]
pub struct ProblemPage<'a> {
    pub text: &'a str,
    pub request_id: &'a str,
}

/// The lists, by themselves: what the script asks for every other second.
#[derive(Template)]
#[template(path = "lists.html", config = "src/ui/askama.toml")]
pub struct ListsPage {
    pub lists: Lists,
}

/// The agents' page: the lists, and a lead if one is open.
#[derive(Template)]
#[template(path = "dashboard.html", config = "src/ui/askama.toml")]
pub struct DashboardPage<'a> {
    pub name: String,
    pub csrf: &'a str,
    /// Where the address bar should be: nothing of the link that led here.
    pub path: String,
    pub notice: Option<Notice>,
    pub lead: Option<LeadForm>,
    pub lists: Lists,
}

/// What came of the last thing done.
#[derive(Clone, Copy, Debug)]
pub struct Notice {
    pub text: &'static str,
    pub is_problem: bool,
}

impl Notice {
    /// Something went as it should.
    pub const fn done(text: &'static str) -> Self {
        Self { text, is_problem: false }
    }

    /// Something did not.
    pub const fn problem(text: &'static str) -> Self {
        Self { text, is_problem: true }
    }
}

/// Fills in a template. Its values were made before, so there is nothing that can fail.
pub fn render(page: &impl Template) -> Html<String> {
    match page.render() {
        Ok(text) => Html(text),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            Html("Something went wrong.".to_owned())
        }
    }
}

/// The agents' page for this viewer.
pub async fn dashboard(
    app: &App,
    viewer: &Viewer,
    lead: Option<LeadForm>,
    notice: Option<Notice>,
) -> Result<Html<String>, Reject> {
    let lists = Lists::of(app, viewer).await?;
    let path = lead.as_ref().map_or_else(|| HOME.to_owned(), |lead| format!("{HOME}/leads/{}", lead.num));
    let person = &viewer.person.agent.person;
    let name = Some(person.name()).filter(|name| !name.is_empty());
    let name = name.or_else(|| person.username.clone()).unwrap_or_default();
    Ok(render(&DashboardPage { name, csrf: &viewer.csrf, path, notice, lead, lists }))
}

/// An instant for people, in the ledger's zone.
pub async fn local(app: &App, at: Instant) -> Result<String, RecordError> {
    let zone = app.ledger.dialing().await?.zone();
    Ok(at.with_timezone(&zone).format("%-d %b %Y, %H:%M").to_string())
}
