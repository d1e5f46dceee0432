//! Which failures of the database pass by themselves? What was tried then is tried again, and nobody's data are to blame.

use sqlx::error::DatabaseError;

/// Classes of SQLSTATE: connection, rolled back (serialization, deadlock), insufficient resources (disk full, memory), object
/// not in the prerequisite state (lock not available), operator intervention, system error.
const CLASSES: [&str; 6] = ["08", "40", "53", "55", "57", "58"];

/// Whether the database was away, full, busy or shutting down, as opposed to refusing what it was given.
pub fn is_passing(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| CLASSES.iter().any(|class| code.starts_with(class)))
}
