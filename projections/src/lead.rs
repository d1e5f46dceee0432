//! What is a lead now?

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::ids::AnyId;
use domain::lead::attempt::Attempt;
use domain::lead::event::Person;
use domain::lead::{Among, Lead};
use domain::search::fold;
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// A lead as people see it, deleted ones included.
    LeadRow in "lead" {
        id: Uuid = "uuid",
        num: i64 = "bigint",
        sequence: i64 = "bigint",
        source: String = "text",
        phone: Option<String> = "text",
        phone_key: Option<String> = "text",
        full_name: Option<String> = "text",
        first_name: Option<String> = "text",
        last_name: Option<String> = "text",
        email: Option<String> = "text",
        extra: String = "text",
        agent_id: Option<Uuid> = "uuid",
        stage: String = "text",
        panel_status: String = "text",
        queue_state: String = "text",
        disposition: Option<String> = "text",
        scheduling: String = "text",
        due_at: DateTime<Utc> = "timestamptz",
        lease_batch_id: Option<Uuid> = "uuid",
        lease_until: Option<DateTime<Utc>> = "timestamptz",
        attempts: i32 = "integer",
        last_attempt_at: Option<DateTime<Utc>> = "timestamptz",
        latest_note: Option<String> = "text",
        created_at: DateTime<Utc> = "timestamptz",
        updated_at: DateTime<Utc> = "timestamptz",
        deleted_at: Option<DateTime<Utc>> = "timestamptz",
        schedule_at: DateTime<Utc> = "timestamptz",
        priority: String = "text",
        quality: String = "text",
        score: i16 = "smallint",
        assigned_at: Option<DateTime<Utc>> = "timestamptz",
        last_contact_at: Option<DateTime<Utc>> = "timestamptz",
        followups: i32 = "integer",
        campaign_id: Option<String> = "text",
        ad_id: Option<String> = "text",
        form_id: Option<String> = "text",
        value_hundredths: Option<i64> = "bigint",
        folded_name: Option<String> = "text",
        folded_email: Option<String> = "text",
        last_message: Option<String> = "text",
    }
}

macro_rules! select_lead {
    ($condition:literal) => {
        concat!(
            "SELECT id, num, sequence, source, phone, phone_key, full_name, first_name, last_name, email, extra, ",
            "agent_id, stage, panel_status, queue_state, disposition, scheduling, due_at, lease_batch_id, ",
            "lease_until, attempts, last_attempt_at, latest_note, created_at, updated_at, deleted_at, schedule_at, ",
            "priority, quality, score, assigned_at, last_contact_at, followups, campaign_id, ad_id, form_id, ",
            "value_hundredths, folded_name, folded_email, last_message FROM lead ",
            $condition
        )
    };
}
const BY_NUM: &str = select_lead!("WHERE num = $1");
/// An oid is a range of ids.
const BY_ID: &str = select_lead!("WHERE id BETWEEN $1 AND $2");

/// The row of a lead's stream; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<LeadRow> {
    let Some(lead) = folded.state.as_lead() else { return Vec::new() };
    let queue = lead.queue();
    let person = &lead.person;
    let (grade, campaign) = (lead.grade(), lead.campaign.as_ref());
    let contacts = contacts(lead);
    vec![LeadRow {
        id: stream.id,
        num: lead.num,
        sequence: folded.sequence,
        source: lead.source.as_str().to_owned(),
        phone: person.phone.as_ref().map(|phone| phone.raw.clone()),
        phone_key: lead.phone_key(),
        full_name: person.full_name.clone(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        email: person.email.clone(),
        extra: serde_json::Value::Object(person.extra.clone()).to_string(),
        agent_id: lead.agent_id.map(|id| id.0),
        stage: lead.stage.as_str().to_owned(),
        panel_status: lead.panel_status().as_str().to_owned(),
        queue_state: queue.state.as_str().to_owned(),
        disposition: queue.disposition.map(|d| d.as_str().to_owned()),
        scheduling: lead.scheduling_status().as_str().to_owned(),
        due_at: queue.due_at,
        lease_batch_id: lead.lease.as_ref().map(|lease| lease.batch_id.0),
        lease_until: lead.lease.as_ref().map(|lease| lease.expires_at),
        attempts: i32::try_from(lead.attempts_count()).unwrap_or(i32::MAX),
        last_attempt_at: lead.newest_attempt().map(Attempt::ordered_at),
        latest_note: lead.shown_note().map(ToOwned::to_owned),
        created_at: lead.created_at(),
        updated_at: lead.changed_at,
        deleted_at: lead.deleted_at,
        schedule_at: lead.schedule_at.unwrap_or(lead.captured_at),
        priority: grade.priority.as_str().to_owned(),
        quality: grade.quality.as_str().to_owned(),
        score: i16::from(grade.score),
        assigned_at: lead.assigned_at,
        last_contact_at: contacts.last,
        followups: contacts.followups,
        campaign_id: campaign.and_then(|campaign| campaign.campaign_id.clone()),
        ad_id: campaign.and_then(|campaign| campaign.ad_id.clone()),
        form_id: campaign.and_then(|campaign| campaign.form_id.clone()),
        value_hundredths: lead.value_hundredths,
        folded_name: Some(folded_name(person)),
        folded_email: person.email.as_deref().map(fold),
        last_message: lead.latest_message.as_ref().map(|message| message.text.clone()),
    }]
}

/// The whole name and the first name as searches compare them, a line each: no search holds a line break.
fn folded_name(person: &Person) -> String {
    let first = person.first_name.as_deref().unwrap_or("");
    let joined = || format!("{first} {}", person.last_name.as_deref().unwrap_or(""));
    let whole = person.full_name.as_deref().map_or_else(|| fold(&joined()), fold);
    format!("{whole}\n{}", fold(first))
}

/// The calls that somebody answered.
struct Contacts {
    last: Option<DateTime<Utc>>,
    /// Finished calls after the first answered one (C-35).
    followups: i32,
}

fn contacts(lead: &Lead) -> Contacts {
    Contacts {
        last: lead.attempts.newest(Among::Answered).map(Attempt::ordered_at),
        followups: i32::try_from(lead.attempts.followups()).unwrap_or(i32::MAX),
    }
}

impl Views {
    /// The leads with these numbers, as `(num, id)`.
    pub async fn leads_by_num(&self, nums: &[i64]) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
        sqlx::query_as("SELECT num, id FROM lead WHERE num = ANY($1)").bind(nums).fetch_all(&self.pool).await
    }

    /// Live leads with this phone, the most recently changed first (C-13).
    pub async fn leads_by_phone(&self, phone_key: &str) -> Result<Vec<Uuid>, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT id FROM lead WHERE phone_key = $1 AND deleted_at IS NULL ORDER BY updated_at DESC, id DESC \
             LIMIT 20",
        )
        .bind(phone_key)
        .fetch_all(&self.pool)
        .await
    }

    /// Leads with this phone, deleted ones too, the most recently changed first.
    pub async fn leads_ever_by_phone(&self, phone_key: &str) -> Result<Vec<Uuid>, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT id FROM lead WHERE phone_key = $1 ORDER BY updated_at DESC, id DESC LIMIT 20",
        )
        .bind(phone_key)
        .fetch_all(&self.pool)
        .await
    }

    /// The lead of that id, in any spelling; deleted ones too.
    pub async fn find_lead(&self, id: AnyId) -> Result<Option<LeadRow>, sqlx::Error> {
        let query = match id {
            AnyId::Num(num) => sqlx::query_as(BY_NUM).bind(num),
            AnyId::Uuid(id) => sqlx::query_as(BY_ID).bind(id).bind(id),
            AnyId::Oid { first, last } => sqlx::query_as(BY_ID).bind(first).bind(last),
        };
        query.fetch_optional(&self.pool).await
    }

    /// When each of these agents was last given a lead that is there.
    pub async fn last_assigned(
        &self,
        agents: &[Uuid],
    ) -> Result<Vec<(Uuid, Option<DateTime<Utc>>)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT agent_id, max(assigned_at) FROM lead WHERE agent_id = ANY($1) AND deleted_at IS NULL \
             GROUP BY agent_id",
        )
        .bind(agents)
        .fetch_all(&self.pool)
        .await
    }

    /// The highest number that any lead has.
    pub async fn highest_lead_num(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COALESCE(max(num), 0) FROM lead").fetch_one(&self.pool).await
    }
}
