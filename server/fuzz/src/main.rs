//! `fuzz [--seconds N | --inputs N] [--seed N] [TARGET...]`: a longer run than the tests have; all targets in turn when
//! none is named. Seconds are for all of them together, inputs for each.
//! Ends with 1 at the first finding of a target, whose input it writes beside the temporary files.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::{Finding, Run, Target, targets};

struct Options {
    seconds: u64,
    inputs: Option<u64>,
    seed: u64,
    names: Vec<String>,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        seconds: 60,
        inputs: None,
        seed: 1,
        names: Vec::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("{word} needs a number"))
        };
        match word.as_str() {
            "--seconds" => options.seconds = number()?,
            "--inputs" => options.inputs = Some(number()?),
            "--seed" => options.seed = number()?,
            _ => options.names.push(word),
        }
    }
    let known: Vec<&str> = targets().iter().map(|target| target.name).collect();
    match options.names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("no target {name}; there are {}", known.join(", "))),
        None => Ok(options),
    }
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let mut chosen = targets();
    chosen.retain(|target| options.names.is_empty() || options.names.iter().any(|name| name == target.name));
    let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX).max(1);
    let each = Duration::from_secs(options.seconds) / count;
    let mut good = true;
    for target in chosen {
        let name = target.name;
        if let Err(finding) = run(target, &options, each) {
            good = false;
            let file = std::env::temp_dir().join(format!("fuzz-{name}-{}", options.seed));
            let kept = std::fs::write(&file, &finding.input);
            println!("{name}: {} (input: {}, {kept:?})", finding.what, file.display());
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(target: Target, options: &Options, time: Duration) -> Result<(), Finding> {
    let name = target.name;
    let began = Instant::now();
    let mut run = Run::start(target, options.seed)?;
    while options
        .inputs
        .map_or(began.elapsed() < time, |most| run.executions() < most)
    {
        run.step()?;
    }
    println!(
        "{name}: {} inputs, {} outcomes, no finding",
        run.executions(),
        run.outcomes()
    );
    Ok(())
}
