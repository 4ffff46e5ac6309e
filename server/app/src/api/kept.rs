//! Lists that were written a moment ago: what many ask alike is worked out once for each change of the fleet, not for
//! each of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use console::Moment;

use super::answer::Answer;
use crate::http::Problem;

/// Bytes of all that is kept at once: some twenty lists of 100 connectors.
const MOST: usize = 4 << 20;

/// The answers of one moment, by their questions.
pub struct Kept<M = Moment> {
    most: usize,
    shelf: Mutex<Shelf<M>>,
}

struct Shelf<M> {
    /// `None` when nothing is kept.
    of: Option<M>,
    answers: HashMap<Box<str>, Arc<Answer>>,
    bytes: usize,
}

impl<M> Default for Shelf<M> {
    fn default() -> Self {
        Self {
            of: None,
            answers: HashMap::new(),
            bytes: 0,
        }
    }
}

impl<M> Default for Kept<M> {
    fn default() -> Self {
        Self {
            most: MOST,
            shelf: Mutex::default(),
        }
    }
}

impl<M: PartialEq> Kept<M> {
    /// The answer to a question, if it was given at a moment equal to the one that `present` tells, else a new one. Never
    /// one that is older than the fleet at the time of the call: whether the asker may have it, `present` says first.
    ///
    /// # Errors
    /// Those of `present` and `work_out`.
    pub fn get(
        &self,
        question: &str,
        present: impl Fn() -> Result<M, Problem>,
        work_out: impl FnOnce() -> Result<Answer, Problem>,
    ) -> Result<Arc<Answer>, Problem> {
        let moment = present()?;
        if let Some(answer) = self.known(question, &moment) {
            return Ok(answer);
        }
        let answer = Arc::new(work_out()?);
        // What was worked out while the fleet changed belongs to one moment or the other.
        if present()? == moment {
            self.put(question, moment, answer.clone());
        }
        Ok(answer)
    }

    fn known(&self, question: &str, moment: &M) -> Option<Arc<Answer>> {
        let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf
            .answers
            .get(question)
            .filter(|_| shelf.of.as_ref() == Some(moment))
            .cloned()
    }

    fn put(&self, question: &str, moment: M, answer: Arc<Answer>) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let size = question.len() + answer.size();
        // Answers of another moment are of no use to anybody any more.
        if shelf.of.as_ref() != Some(&moment) || shelf.bytes + size > self.most {
            *shelf = Shelf::default();
        }
        if size <= self.most {
            shelf.of = Some(moment);
            shelf.bytes += size;
            shelf.answers.insert(question.into(), answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Asks at a moment that goes on by `passes` while the answer is worked out; tells which of the answers came back.
    struct Asker {
        kept: Kept<u32>,
        now: Cell<u32>,
        passes: Cell<u32>,
        worked: Cell<usize>,
    }

    impl Asker {
        fn of(most: usize) -> Self {
            Self {
                kept: Kept {
                    most,
                    ..Kept::default()
                },
                now: Cell::new(0),
                passes: Cell::new(0),
                worked: Cell::new(0),
            }
        }

        /// The answer holds as many characters as answers were worked out so far.
        fn ask(&self, question: &str) -> usize {
            let work_out = || {
                self.worked.set(self.worked.get() + 1);
                self.now.set(self.now.get() + self.passes.get());
                Answer::json(&"x".repeat(self.worked.get()))
            };
            let answer = self.kept.get(question, || Ok(self.now.get()), work_out).unwrap();
            answer.size() - 2
        }
    }

    #[test]
    fn a_question_is_worked_out_once_at_each_moment() {
        let asker = Asker::of(MOST);
        assert_eq!(
            [asker.ask("a"), asker.ask("a"), asker.ask("b"), asker.ask("a")],
            [1, 1, 2, 1]
        );
        asker.now.set(1);
        assert_eq!(
            [asker.ask("a"), asker.ask("b"), asker.ask("a")],
            [3, 4, 3],
            "the fleet changed"
        );
        asker.passes.set(1);
        assert_eq!(
            [asker.ask("c"), asker.ask("c")],
            [5, 6],
            "it changes while answers are worked out"
        );
    }

    #[test]
    fn who_may_not_ask_gets_nothing_that_is_kept() {
        let asker = Asker::of(MOST);
        asker.ask("a");
        let denied = || Err(Problem::denied("no"));
        let answer = asker.kept.get("a", denied, || panic!("nothing is worked out"));
        assert!(answer.is_err());
    }

    #[test]
    fn what_is_kept_stays_within_its_bounds() {
        let asker = Asker::of(12);
        // Sizes with their question: 4, 5, then 6, which is one too many beside them.
        assert_eq!([asker.ask("a"), asker.ask("b"), asker.ask("a")], [1, 2, 1]);
        assert_eq!([asker.ask("c"), asker.ask("c"), asker.ask("b")], [3, 3, 4]);
        let bytes = |asker: &Asker| asker.kept.shelf.lock().unwrap().bytes;
        assert_eq!(bytes(&asker), 7);
        asker.worked.set(20);
        assert_eq!([asker.ask("d"), asker.ask("d")], [21, 22], "too large to be kept");
        assert!(bytes(&asker) <= 12);
    }
}
