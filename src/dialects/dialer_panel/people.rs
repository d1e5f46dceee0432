//! A person as the panel shows it, and what may be said of one (B-116).

use super::reject::Reject;
use super::words;
use crate::actions::people::register::checked_hash;
use crate::http::values;
use crate::ledger::RecordError;
use crate::state::App;
use domain::ids::AnyId;
use domain::principal::{Role, Scope};
use domain::text::trim;
use projections::agents::AgentRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest name, in characters.
const NAME_MAX: usize = 200;

#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub struct Reply {
    id: i64,
    username: Option<String>,
    /// `ADMIN`, `AGENT`, `SUPERVISOR`, `AUDITOR` or `ANALYST`.
    role: String,
    first_name: String,
    last_name: String,
    phone_number: Option<String>,
    email: Option<String>,
    is_active: bool,
    /// What they may do beyond their role: `leads:qualify`.
    scopes: Vec<String>,
}

impl From<&AgentRow> for Reply {
    fn from(row: &AgentRow) -> Self {
        Self {
            id: row.num,
            username: row.username.clone(),
            role: Role::from_word(&row.role)
                .map_or_else(|| row.role.to_uppercase(), |role| words::role(role).to_owned()),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            phone_number: row.phone.clone(),
            email: row.email.clone(),
            is_active: row.is_active,
            scopes: row.scopes.split_whitespace().map(ToOwned::to_owned).collect(),
        }
    }
}

/// What a body may say of a person.
#[derive(ToSchema)]
#[schema(as = PersonSaid)]
#[expect(dead_code, reason = "told to clients; read by its names")]
pub struct Request {
    username: Option<String>,
    /// In upper or lower case.
    #[schema(pattern = "(?i)^(admin|supervisor|agent|telecaller|auditor|analyst)$")]
    role: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone_number: Option<String>,
    email: Option<String>,
    is_active: Option<bool>,
    scopes: Option<Vec<String>>,
    #[schema(format = Password)]
    password: Option<String>,
}

/// What a body says of a person.
#[derive(Debug, Default)]
pub struct Said {
    pub username: Option<String>,
    pub role: Option<Role>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub is_active: Option<bool>,
    pub scopes: Option<Vec<Scope>>,
    pub password: Option<String>,
}

impl Said {
    /// Reads a body; what is null or not there is not said, an empty text is.
    pub fn read(body: &Value) -> Result<Self, Reject> {
        let text = |field: &'static str| match &body[field] {
            Value::Null => Ok(None),
            Value::String(text) if text.chars().count() <= NAME_MAX && !text.contains('\0') => {
                Ok(Some(trim(text).to_owned()))
            }
            Value::String(_) => Err(Reject::invalid(field, "At most 200 characters", "string_too_long")),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(Reject::invalid(field, "Expected a text", "string_type"))
            }
        };
        // A phone comes as a number too.
        let phone = match body["phone_number"].as_number() {
            Some(number) => Some(values::number_text(number)),
            None => text("phone_number")?,
        };
        let role = match text("role")?.filter(|word| !word.is_empty()) {
            None => None,
            Some(word) => {
                let role = Role::from_word(&word.to_ascii_lowercase());
                Some(role.ok_or_else(|| Reject::invalid("role", "Not a role", "enum"))?)
            }
        };
        let is_active = body.get("is_active").and_then(values::boolean);
        if is_active.is_none() && !body["is_active"].is_null() {
            return Err(Reject::invalid("is_active", "Expected true or false", "bool_type"));
        }
        Ok(Self {
            username: text("username")?,
            role,
            first_name: text("first_name")?,
            last_name: text("last_name")?,
            phone,
            email: text("email")?,
            is_active,
            scopes: scopes(&body["scopes"])?,
            // As it is: blanks at its ends belong to it.
            password: body["password"]
                .as_str()
                .or_else(|| body["new_password"].as_str())
                .map(ToOwned::to_owned),
        })
    }
}

/// A list of scopes that people may have.
fn scopes(value: &Value) -> Result<Option<Vec<Scope>>, Reject> {
    let invalid = || Reject::invalid("scopes", "Expected a list of: leads:qualify", "enum");
    let Some(words) = value.as_array() else {
        return if value.is_null() { Ok(None) } else { Err(invalid()) };
    };
    let scope = |word: &Value| word.as_str().and_then(Scope::from_word).ok_or_else(invalid);
    words.iter().map(scope).collect::<Result<Vec<_>, _>>().map(Some)
}

/// Hashes a password beside the requests.
pub async fn hash(password: String) -> Result<String, Reject> {
    let hashed = tokio::task::spawn_blocking(move || checked_hash(&password)).await;
    hashed.map_err(|_| Reject::Internal)?.map_err(Reject::from)
}

/// The person of that id.
pub async fn find(app: &App, id: &str) -> Result<AgentRow, Reject> {
    let id = AnyId::parse(id).ok_or(Reject::NotFound("User"))?;
    let row = app.ledger.views().find_agent(id).await.map_err(RecordError::from)?;
    row.filter(|row| row.deleted_at.is_none()).ok_or(Reject::NotFound("User"))
}

/// The person of that id, as they are now.
pub async fn show(app: &App, id: Uuid) -> Result<Reply, Reject> {
    find(app, &id.to_string()).await.map(|row| Reply::from(&row))
}
