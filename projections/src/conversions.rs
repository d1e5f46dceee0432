//! Which leads were sold, when, and whose they were then? One row a lead whose conversion holds.

use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// A conversion.
    ConversionRow in "conversions" {
        lead_id: Uuid = "uuid",
        agent_id: Option<Uuid> = "uuid",
        source: String = "text",
        converted_at: DateTime<Utc> = "timestamptz",
        value_hundredths: Option<i64> = "bigint",
    }
}

/// The row of a lead that is converted, deleted ones too: they were sold all the same (C-23).
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<ConversionRow> {
    let Some(lead) = folded.state.as_lead() else { return Vec::new() };
    let row = lead.conversion().map(|sale| ConversionRow {
        lead_id: stream.id,
        agent_id: sale.agent_id.map(|id| id.0),
        source: lead.source.as_str().to_owned(),
        converted_at: sale.at,
        value_hundredths: lead.value_hundredths,
    });
    row.into_iter().collect()
}
