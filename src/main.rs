//! The command-line program. Its code is in the library.

fn main() -> std::process::ExitCode {
    lambdacost::internals::cli::main()
}
