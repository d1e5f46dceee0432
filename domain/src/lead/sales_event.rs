//! What can happen to a lead on its way to a sale (S4)? The stored shapes, part of [`super::event`].

use super::grade::{Priority, Quality};
use crate::ids::AgentId;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// How urgent and how good a lead is, and the score that follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LeadGraded {
    pub at: Instant,
    pub priority: Priority,
    pub quality: Quality,
    /// 0 to 100.
    pub score: u8,
    /// Of the function that made the score.
    pub score_version: u16,
}

/// Which advertisement a lead came by, in the ids of the platform.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Campaign {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ad_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_id: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CampaignRecorded {
    pub at: Instant,
    pub campaign: Campaign,
    /// When the platform says that the person filled in the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<Instant>,
}

/// Somebody who could have been given a lead, as they stood then (C-35).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    pub agent_id: AgentId,
    pub open_leads: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_assigned_at: Option<Instant>,
}

/// Who was thought of before a lead was given to somebody by itself; the first of them got it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssignmentWeighed {
    pub at: Instant,
    pub candidates: Vec<Candidate>,
}

/// What a conversion is worth, in hundredths of the organisation's currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LeadValued {
    pub at: Instant,
    pub value_hundredths: i64,
}
