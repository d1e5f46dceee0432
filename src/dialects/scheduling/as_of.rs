//! Which read models does a list read? Those of now, or those that `lead-ledger rebuild --as-of` made under a name.

use super::reject::Reject;
use crate::http::fields::Fields;
use crate::ledger::RecordError;
use crate::state::App;
use domain::time::Instant;
use projections::Views;
use projections::as_of::{AsOf, schema};

/// Read models and the time they are of.
#[derive(Clone, Debug)]
pub struct Seen {
    pub views: Views,
    pub at: Instant,
}

/// Reads the name, if one is given.
pub fn name(fields: &mut Fields<'_>) -> Option<String> {
    let name = fields.text("as_of")?;
    if schema(&name).is_none() {
        let msg =
            "Input should be the name of read models made by: lead-ledger rebuild --as-of TIME --into NAME";
        fields.problem("as_of", msg, "value_error");
    }
    Some(name)
}

/// The read models of that name.
pub async fn seen(app: &App, name: Option<&str>) -> Result<Seen, Reject> {
    let views = app.ledger.views();
    let Some(name) = name else { return Ok(Seen { views: views.clone(), at: app.ledger.now() }) };
    let made = views.as_of(name).await.map_err(RecordError::from)?;
    let AsOf { views, at } = made.ok_or(Reject::NotFound("Read models of that name"))?;
    Ok(Seen { views, at })
}
