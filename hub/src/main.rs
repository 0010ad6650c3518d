//! The hub as a program.

fn main() -> std::process::ExitCode {
    ferroquery_hub::main()
}
