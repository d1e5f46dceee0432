//! The program: everything is in the library.

fn main() -> std::process::ExitCode {
    lead_ledger::cli::main()
}
