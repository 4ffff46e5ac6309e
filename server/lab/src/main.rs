//! `signalbox-lab`: the lab as a program.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

mod cli;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime: {error}"), 1),
    };
    let outcome = runtime.block_on(cli::run(arguments));
    // A line that waits at the prompt is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The demo's fallback looks at this: no Maven, or nothing to be had from it.
        Err(error @ (lab::Error::Artifacts { .. } | lab::Error::Missing { .. })) => fail(&error.to_string(), 3),
        Err(error) => fail(&error.to_string(), 1),
    }
}

fn fail(problem: &str, code: u8) -> ExitCode {
    drop(writeln!(std::io::stderr(), "signalbox-lab: {problem}"));
    ExitCode::from(code)
}
