//! On which lead and by which agent is a report? The lead by its number or phone, the agent by id or phone (C-17, C-13).

use super::report_result::CallReport;
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use domain::agent::Agent;
use domain::agent::event::AgentKind;
use domain::dead_letter::event::QuarantineReason;
use domain::ids::AgentId;
use domain::keys::Key;
use domain::lead::Lead;
use domain::lead::attempt::Warning;
use domain::phone::{Phone, Reading, Region};
use domain::stream::{StreamId, StreamKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Which lead a report is about.
pub enum About {
    Lead {
        id: Uuid,
        warnings: Vec<Warning>,
    },
    /// No lead has this number yet.
    New {
        phone: Phone,
        warnings: Vec<Warning>,
    },
    Nobody(QuarantineReason),
}

/// The number decides if its phone is the one given; else the phone does (C-17), with a warning wherever a number was
/// named: it is of another phone, or of no lead at all.
pub async fn lead(desk: &mut Desk<'_>, report: &CallReport, region: Region) -> Result<About, RecordError> {
    let raw = report.phone_number.as_deref();
    let mut warnings = Vec::new();
    if let Some(number_id) = report.number_id {
        if let Some(id) = desk.lead_of_id(number_id).await? {
            desk.wait_turn(StreamId::new(StreamKind::Lead, id)).await;
            let lead = desk.lead(id).await?;
            let is_its_phone =
                |raw: &str| lead.person.phone.as_ref().is_some_and(|phone| phone.is(raw, region));
            if lead.exists() && raw.is_none_or(is_its_phone) {
                return Ok(About::Lead { id, warnings });
            }
        }
        warnings.push(Warning::NumberIdPhoneMismatch);
    }
    let Some(raw) = raw else { return Ok(About::Nobody(QuarantineReason::UnknownNumber)) };
    let Ok(Reading { phone, is_cut }) = Phone::read(raw, region) else {
        return Ok(About::Nobody(QuarantineReason::UnreadablePhone));
    };
    if is_cut {
        warnings.push(Warning::PhoneCut);
    }
    let Some(key) = phone.key() else { return Ok(About::Nobody(QuarantineReason::UnreadablePhone)) };
    match find_by_phone(desk, report, &key).await? {
        Some(id) => {
            desk.wait_turn(StreamId::new(StreamKind::Lead, id)).await;
            Ok(About::Lead { id, warnings })
        }
        None if phone.e164.is_none() => Ok(About::Nobody(QuarantineReason::UnreadablePhone)),
        None => Ok(About::New { phone, warnings }),
    }
}

/// The lead that knows the reported call already: a report that is sent again is the same, whatever became of the leads
/// meanwhile, be it deleted (C-17). Else the one that holds the open lease on the phone, else the most recently changed
/// one; a deleted lead is never found by its phone (C-13). Claims say which leads have the number; only of those that were
/// made for one agent, and of deleted ones, the read model alone knows.
async fn find_by_phone(
    desk: &mut Desk<'_>,
    report: &CallReport,
    phone: &str,
) -> Result<Option<Uuid>, RecordError> {
    let mut candidates: BTreeSet<Uuid> = desk.holders(&Key::phone(phone)).await?.into_iter().collect();
    candidates.extend(desk.views().leads_ever_by_phone(phone).await?);
    if let Some(attempted_at) = report.attempted_at {
        for id in &candidates {
            if desk.lead(*id).await?.attempts.find_reported(report.batch_id, attempted_at).is_some() {
                return Ok(Some(*id));
            }
        }
    }
    let mut newest = None;
    for id in candidates {
        let lead = desk.lead(id).await?;
        if lead.deleted_at.is_some() {
            continue;
        }
        let is_being_dialed = lead
            .lease
            .as_ref()
            .is_some_and(|lease| lease.expires_at > desk.now() && lease.phone_key.as_deref() == Some(phone));
        if is_being_dialed {
            return Ok(Some(id));
        }
        newest = newest.max(Some((lead.changed_at, id)));
    }
    Ok(newest.map(|(_, id)| id))
}

/// The agent by id, else by phone; several or none is nobody, with a warning (B-105).
pub async fn agent(
    desk: &mut Desk<'_>,
    report: &CallReport,
    lead: &Lead,
    region: Region,
) -> Result<(Option<(Uuid, Arc<Agent>)>, Option<Warning>), RecordError> {
    let mut found = match report.agent_id {
        Some(id) => desk.views().find_agent(id).await?,
        None => None,
    };
    if let (None, Some(raw)) = (&found, &report.agent_phone)
        && let Ok(phone) = Phone::try_new(raw, region)
        && let Some(key) = phone.key()
        && let [only] = desk.views().agents_by_phone(&key).await?.as_slice()
    {
        found = Some(only.clone());
    }
    let Some(row) = found else {
        let is_named = report.agent_id.is_some() || report.agent_phone.is_some();
        if is_named {
            return Ok((None, Some(Warning::AgentUnresolved)));
        }
        return Ok((ai_agent(desk, report, lead).await?, None));
    };
    let agent = desk.agent(row.id).await?;
    if agent.is_active { Ok((Some((row.id, agent)), None)) } else { Ok((None, Some(Warning::AgentInactive))) }
}

/// The AI agent whose call it is where the report names nobody: its lead's, because no dialer says so of a machine. A
/// call that is known stays its agent's, whoever has the lead by now, so that the same report is the same again.
async fn ai_agent(
    desk: &mut Desk<'_>,
    report: &CallReport,
    lead: &Lead,
) -> Result<Option<(Uuid, Arc<Agent>)>, RecordError> {
    let known = report.attempted_at.and_then(|at| lead.attempts.find_reported(report.batch_id, at));
    let agent_id = match known {
        Some(attempt) => attempt.facts.first().and_then(|first| first.fact.agent_id),
        None => lead.agent_id,
    };
    let Some(AgentId(id)) = agent_id else { return Ok(None) };
    let agent = desk.agent(id).await?;
    Ok((agent.kind == AgentKind::Ai).then_some((id, agent)))
}
