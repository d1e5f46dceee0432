//! The read models of the lead ledger: rows folded from the log, dropped and rebuilt at any moment.
//!
//! [`feed`] and [`log_reader`] are the only ordered readers of the log. [`follow`] keeps the rows up to date, [`rebuild`] makes them anew
//! beside the live ones; both use the same folds: one file for each question, listed in [`Projection`].

pub mod change;
pub mod feed;
pub mod history;
pub mod log_reader;
pub mod occurrences;
pub mod passing;
pub mod row;
mod starts;
pub mod steps;
pub mod streams;
pub mod together;

pub mod agents;
pub mod attempts;
pub mod batches;
pub mod behind;
pub mod belonging;
pub mod call_history;
pub mod call_list;
pub mod call_metrics;
pub mod call_sums;
pub mod campaigns;
pub mod conversions;
pub mod dead_letters;
pub mod dial_queue;
pub mod dialing_state;
pub mod interests;
pub mod lead;
pub mod lead_counts;
pub mod lead_list;
pub mod lead_metrics;
pub mod performance;
pub mod reports;
pub mod restatements;

pub mod as_of;
pub mod checkpoint;
pub mod checksum;
pub mod folds;
pub mod follow;
pub mod key_rows;
pub mod leadership;
mod plan;
pub mod planned_calls;
pub mod projection;
pub mod rebuild;
pub mod snapshot;

pub use change::{Change, Folded};
pub use projection::Projection;
pub use rebuild::Targets;

use history::Histories;
use sqlx::PgPool;
use std::sync::Arc;
use together::Together;

/// Every read of the read models; the queries stand beside their projection.
#[derive(Clone, Debug)]
pub struct Views {
    pool: PgPool,
    by_key: PgPool,
    histories: Arc<Together<Histories>>,
    lead_starts: Arc<lead_list::LeadStarts>,
    call_starts: Arc<call_list::CallStarts>,
    named: Arc<as_of::Named>,
}

impl Views {
    /// Reads through `pool`, and what is read by key many times a second through `by_key`, whose connections plan a
    /// statement once. Both find the schema `live`.
    pub fn new(pool: PgPool, by_key: PgPool) -> Self {
        let histories = Arc::new(Together::new(Histories));
        Self {
            pool,
            by_key,
            histories,
            lead_starts: Arc::default(),
            call_starts: Arc::default(),
            named: Arc::default(),
        }
    }
}
