//! What is a path for? Every operation of people names its deed once, in a table that is router, policy and test at once
//! (C-36).

use axum::Extension;
use axum::routing::MethodRouter;
use domain::rights::Deed;

/// What an operation is for. A path without a deed is refused to everybody.
#[derive(Clone, Copy, Debug)]
pub struct For(pub Deed);

/// A route whose callers must be allowed that deed.
pub fn own<S: Clone + Send + Sync + 'static>(route: MethodRouter<S>, deed: Deed) -> MethodRouter<S> {
    route.layer(Extension(For(deed)))
}

/// Declares every operation of a dialect that wants somebody who is logged in: method, path, deed and handler. Makes the
/// constant `OPERATIONS` for the role matrix of the tests, and the function `operations` for the router.
macro_rules! operations {
    ($($method:ident $path:literal $deed:ident $handler:path;)*) => {
        /// Method, path and what it is for.
        pub const OPERATIONS: &[(&str, &str, domain::rights::Deed)] =
            &[$((stringify!($method), $path, domain::rights::Deed::$deed)),*];

        fn operations() -> axum::Router<$crate::state::App> {
            axum::Router::new()$(
                .route(
                    $path,
                    $crate::http::rights::own(axum::routing::$method($handler), domain::rights::Deed::$deed),
                )
            )*
        }
    };
}

pub(crate) use operations;
