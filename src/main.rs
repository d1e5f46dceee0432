//! The program: everything is in the library.

/// Requests and folds make many small values in many threads; the system's allocator would be a fifth of the work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    lead_ledger::cli::main()
}
