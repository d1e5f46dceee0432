//! Why does a rule say no? One flat list; each dialect words it in its own shape.

use crate::keys::KeyKind;
use crate::status::PanelStatus;
use thiserror::Error;

/// A rule's "no". The texts are for logs and the command line; clients read their dialect's own words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Refusal {
    #[error("the stream already exists")]
    AlreadyExists,
    #[error("there is no such lead")]
    LeadIsUnknown,
    #[error("the lead is deleted")]
    LeadIsDeleted,
    #[error("the lead is not deleted")]
    LeadIsNotDeleted,
    #[error("the lead has left the queue")]
    LeadIsClosed,
    #[error("the lead is leased to another batch")]
    LeadIsLeased,
    #[error("the lead is not due yet")]
    LeadIsNotDue,
    #[error("the lead has no phone number that can be dialed")]
    LeadHasNoPhone,
    #[error("the lead has as many attempts, or the attempt as many reports, as can be kept")]
    LeadIsFull,
    #[error("status {0} cannot be changed by people")]
    StatusIsImmutable(PanelStatus),
    #[error("status {0} is not one that people set")]
    StatusIsNotSettable(PanelStatus),
    #[error("there is no such attempt")]
    AttemptIsUnknown,
    #[error("there is no such agent")]
    AgentIsUnknown,
    #[error("the agent's business hours are over")]
    AgentIsClosed,
    #[error("the agent is not active")]
    AgentIsInactive,
    #[error("that is nobody who leads others")]
    AgentIsNoSupervisor,
    #[error("nobody deletes, demotes or switches off themselves")]
    AgentIsSelf,
    #[error("the last admin stays")]
    AgentIsLastAdmin,
    #[error("only machines have that scope")]
    ScopeIsForMachines,
    #[error("a reason must be given")]
    ReasonIsMissing,
    #[error("the phone is banned; that stays with it")]
    PhoneIsBanned,
    #[error("that lead is somebody else's")]
    LeadIsSomebodyElses,
    #[error("the lead is not interested, or qualified already")]
    LeadIsNotInterested,
    #[error("nothing waits for an answer")]
    NothingIsSubmitted,
    #[error("nobody answers what they submitted themselves")]
    SubmissionIsOwn,
    #[error("a user name must be 1 to 64 characters without '@'")]
    UsernameIsMalformed,
    #[error("the e-mail address is malformed")]
    EmailIsMalformed,
    #[error("a password needs 8 to 200 characters")]
    PasswordIsMalformed,
    #[error("the time zone is unknown")]
    TimeZoneIsUnknown,
    #[error("a window needs day_of_week 0 (Saturday) to 6 (Friday) and two times HH:MM")]
    WindowIsMalformed,
    #[error("there are more than {max} of them")]
    TooMany { max: usize },
    #[error("what is said of the agent beyond the known fields is more than can be kept")]
    FieldsAreTooLarge,
    #[error("the batch has not expired")]
    BatchIsLive,
    #[error("there is no such batch")]
    BatchIsUnknown,
    #[error("there is no such credential")]
    CredentialIsUnknown,
    #[error("there is no such dead letter")]
    DeadLetterIsUnknown,
    #[error("the dead letter is resolved already")]
    DeadLetterIsResolved,
    #[error("there is no such report")]
    ReportIsUnknown,
    #[error("{} is taken", .0.as_str())]
    KeyIsTaken(KeyKind),
}
