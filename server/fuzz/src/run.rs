//! Running a target: its seeds as they are, then damaged.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use peak_alloc::PeakAlloc;

use crate::Target;
use crate::chance::Chance;
use crate::damage::damage;
use crate::target::Outcome;

/// Counts what is taken, so that a reader that reserves by an announced length is caught.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory that reading may take, in bytes for a byte of the input. A share of a group's blob, or an entry of a list, of
/// a few bytes becomes an entry of a map with owned texts; vectors double as they grow.
const FOR_A_BYTE: usize = 200;
/// And beside that: tables of patterns that are filled as they are needed.
const AT_ALL: usize = 4 << 20;
/// Inputs that are kept for their outcome.
const KEPT: usize = 4000;

/// An input that broke a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The input.
    pub input: Vec<u8>,
    /// What happened, as far as a panic says.
    pub what: String,
}

/// A target with what was learnt of it. Only one runs at a time in a process, since memory is counted for all of it.
pub struct Run {
    target: Target,
    chance: Chance,
    inputs: Vec<Vec<u8>>,
    seen: BTreeSet<Outcome>,
    executions: u64,
}

impl Run {
    /// Reads the seeds.
    ///
    /// # Errors
    /// What they break.
    pub fn start(target: Target, seed: u64) -> Result<Self, Finding> {
        let inputs = (target.seeds)();
        let mut run = Self {
            target,
            chance: Chance::new(seed),
            inputs: Vec::new(),
            seen: BTreeSet::new(),
            executions: 0,
        };
        for input in inputs {
            run.try_one(&input)?;
            run.inputs.push(input);
        }
        Ok(run)
    }

    /// Reads one damaged input.
    ///
    /// # Errors
    /// What it breaks.
    pub fn step(&mut self) -> Result<(), Finding> {
        let one = self.chance.below(self.inputs.len());
        let other = self.chance.below(self.inputs.len());
        let input = match (self.inputs.get(one), self.inputs.get(other)) {
            (Some(one), Some(other)) => damage(&mut self.chance, one, other),
            _ => Vec::new(),
        };
        if self.try_one(&input)? && self.inputs.len() < KEPT {
            self.inputs.push(input);
        }
        Ok(())
    }

    /// How many inputs were read.
    pub fn executions(&self) -> u64 {
        self.executions
    }

    /// How many outcomes were seen.
    pub fn outcomes(&self) -> usize {
        self.seen.len()
    }

    /// Whether the outcome is a new one.
    fn try_one(&mut self, input: &[u8]) -> Result<bool, Finding> {
        self.executions += 1;
        let read = self.target.read;
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(input)));
        let taken = MEMORY.peak_usage().saturating_sub(before);
        let broken = |what| Finding {
            input: input.to_vec(),
            what,
        };
        let outcome = outcome.map_err(|panic| broken(message(&*panic)))?;
        if taken > AT_ALL + FOR_A_BYTE * input.len() {
            return Err(broken(format!("{taken} bytes of memory for {} bytes", input.len())));
        }
        Ok(self.seen.insert(outcome))
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
        .to_owned()
}
