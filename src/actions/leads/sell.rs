//! Leads on their way to a sale (S4): created, graded, changed, given to somebody.

use crate::actions::leads::assign::{Assignee, assign};
use crate::actions::leads::schedule::row;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::lead::LeadCommand;
use domain::lead::add_note::AddNote;
use domain::lead::capture::CaptureLead;
use domain::lead::change_details::ChangeDetails;
use domain::lead::delete;
use domain::lead::event::{DuplicateSuspected, LeadEvent, Person, Source};
use domain::lead::grade::{GradeLead, Priority, Quality};
use domain::lead::name::NAME_PARTS;
use domain::lead::set_stage::SetStage;
use domain::phone::Phone;
use domain::rights::Reach;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use projections::lead::LeadRow;
use uuid::Uuid;

/// The most leads of one number that are named as possible duplicates.
const DUPLICATES_MAX: usize = 20;

/// What is said of a lead; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub person: Person,
    pub cleared: Vec<String>,
    pub stage: Option<Stage>,
    pub value_hundredths: Option<i64>,
    pub priority: Option<Priority>,
    pub quality: Option<Quality>,
    pub note: Option<String>,
}

/// Takes in what was said of a lead that is there.
pub(crate) async fn take_in(desk: &mut Desk<'_>, id: Uuid, said: &Said) -> Result<(), RecordError> {
    let at = desk.now();
    let known = desk.lead(id).await?;
    let mut person = said.person.clone();
    // A number that comes back as it was shown is no other number, whatever region it would be read in.
    let is_same = |new: &Phone| known.person.phone.as_ref().is_some_and(|known| known.raw == new.raw);
    person.phone = person.phone.filter(|new| !is_same(new));
    let mut cleared = said.cleared.clone();
    if person.full_name.is_some() && person.full_name == known.person.full_name {
        // A name that comes back as it was shown changes none of its parts, which were perhaps given one by one.
        (person.first_name, person.last_name) = (None, None);
        cleared.retain(|name| !NAME_PARTS.contains(&name.as_str()));
    }
    let change = ChangeDetails { at, person, cleared };
    desk.decide_lead(id, &LeadCommand::ChangeDetails(Box::new(change))).await?;
    if let Some(text) = said.note.clone() {
        desk.decide_lead(id, &LeadCommand::AddNote(AddNote { at, text })).await?;
    }
    // A value alone is that of the sale there is.
    if let Some(stage) = said.stage.or(said.value_hundredths.map(|_| known.stage)) {
        let set = SetStage { at, stage, value_hundredths: said.value_hundredths };
        desk.decide_lead(id, &LeadCommand::SetStage(set)).await?;
    }
    let grade = GradeLead { at, priority: said.priority, quality: said.quality };
    desk.decide_lead(id, &LeadCommand::Grade(grade)).await?;
    Ok(())
}

/// A new lead.
#[derive(Clone, Debug)]
pub struct CreateLead {
    pub source: Source,
    pub said: Said,
    pub to: Assignee,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Created {
    pub lead: LeadRow,
    /// Other leads of the same number; nothing is refused or merged by itself (C-13).
    pub possible_duplicates: Vec<Uuid>,
}

impl Action for CreateLead {
    type Answer = Created;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Created, RecordError> {
        let id = self.capture(desk).await?;
        let possible_duplicates = suspect(desk, id).await?;
        assign(desk, id, self.to, &Reach::All).await?;
        Ok(Created { lead: row(desk, id).await?, possible_duplicates })
    }
}

impl CreateLead {
    /// Captures and grades it.
    pub(crate) async fn capture(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let id = desk.begin(StreamKind::Lead);
        let capture = CaptureLead {
            at: desk.now(),
            num: desk.num(StreamKind::Lead).await?,
            source: self.source,
            stage: self.said.stage.unwrap_or(Stage::New),
            agent_id: None,
            priority: 0,
            schedule_at: None,
            person: self.said.person.clone(),
        };
        desk.decide_lead(id, &LeadCommand::Capture(Box::new(capture))).await?;
        let rest = Said { person: Person::default(), ..self.said.clone() };
        take_in(desk, id, &rest).await?;
        Ok(id)
    }
}

/// Says which other leads have its number, or the number that the same person had under an older plan of the country
/// (Brazil's ninth digit, Argentina's 9). None is merged.
pub(crate) async fn suspect(desk: &mut Desk<'_>, id: Uuid) -> Result<Vec<Uuid>, RecordError> {
    let lead = desk.lead(id).await?;
    let keys = lead.phone_key().into_iter().chain(lead.person.phone.iter().flat_map(Phone::kin));
    let mut others = Vec::new();
    for key in keys {
        others.extend(desk.views().leads_by_phone(&key).await?);
    }
    others.retain(|other| *other != id);
    others.truncate(DUPLICATES_MAX);
    if !others.is_empty() {
        let lead_ids = others.iter().map(|other| (*other).into()).collect();
        let event = LeadEvent::DuplicateSuspected(DuplicateSuspected { at: desk.now(), lead_ids });
        desk.append(StreamId::new(StreamKind::Lead, id), [event]);
    }
    Ok(others)
}

/// A lead as somebody of this reach may change it.
async fn within(desk: &mut Desk<'_>, id: Uuid, reach: &Reach) -> Result<(), RecordError> {
    desk.wait_turn(StreamId::new(StreamKind::Lead, id)).await;
    let lead = desk.lead(id).await?;
    if lead.exists() && !reach.covers(lead.agent_id) {
        return Err(Refusal::LeadIsSomebodyElses.into());
    }
    Ok(())
}

/// A lead changes.
#[derive(Clone, Debug)]
pub struct ChangeLead {
    pub id: Uuid,
    /// Of who asks.
    pub reach: Reach,
    pub said: Said,
}

impl Action for ChangeLead {
    type Answer = LeadRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<LeadRow, RecordError> {
        within(desk, self.id, &self.reach).await?;
        take_in(desk, self.id, &self.said).await?;
        row(desk, self.id).await
    }
}

/// A lead is given to somebody, or to whoever is next.
#[derive(Clone, Debug)]
pub struct GiveLead {
    pub id: Uuid,
    pub reach: Reach,
    pub to: Assignee,
}

impl Action for GiveLead {
    type Answer = LeadRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<LeadRow, RecordError> {
        within(desk, self.id, &self.reach).await?;
        if assign(desk, self.id, self.to, &self.reach).await?.is_none() {
            return Err(Refusal::AgentIsInactive.into());
        }
        row(desk, self.id).await
    }
}

/// A lead is deleted, whatever became of it.
#[derive(Clone, Debug)]
pub struct RemoveLead {
    pub id: Uuid,
    pub reach: Reach,
}

impl Action for RemoveLead {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        within(desk, self.id, &self.reach).await?;
        let command = delete::DeleteLead { at: desk.now(), guards_immutable: false };
        desk.decide_lead(self.id, &LeadCommand::Delete(command)).await?;
        Ok(())
    }
}
