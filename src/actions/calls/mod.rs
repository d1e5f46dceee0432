//! What can be asked of calls: hand numbers out, plan, place and report calls.

pub mod expire_batch;
pub mod initiate;
pub mod issue_batch;
pub mod pick;
pub mod place;
pub mod plan;
pub mod report_answer;
pub mod report_call;
pub mod report_result;
pub mod reported_on;
