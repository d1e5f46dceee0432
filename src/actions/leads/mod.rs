//! What can be asked of leads: make, change, assign, schedule, work and import them.

pub mod assign;
pub mod find_by_link;
pub mod import;
pub mod leads_of_phone;
pub mod lift_suppression;
pub mod schedule;
pub mod sell;
pub mod take_ad_lead;
pub mod work;
