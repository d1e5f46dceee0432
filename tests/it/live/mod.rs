//! What happens is told while it happens: to whom it concerns, once, and never again.

mod sockets;
mod stream;
mod the_real_client;
