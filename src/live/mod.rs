//! What happens, told while it happens: the three events that the telecaller CRM documents (B-166 to B-169), by Socket.IO and
//! as a stream of server-sent events that can be resumed. Both are fed from the log, after the read models have it; a rebuild
//! or a restart tells nothing again.
//!
//! Read in this order: [`news`] (what of the log is told), [`hub`] (one reader of the log for all listeners), [`audience`] (who
//! may hear it, [`places`] how many), [`sockets`] and [`stream`] (the two ways).

pub mod audience;
pub mod hub;
pub mod news;
pub mod places;
pub mod sockets;
pub mod stream;
