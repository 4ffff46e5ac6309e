//! What is logged: levels by part, and our own spans always, so that every line says within what it happened.

use std::fmt;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Context, Filter};

use super::LogsError;
use crate::span::is_ours;

/// Levels by part for events; our own spans pass whatever the levels.
pub struct LogFilter(EnvFilter);

impl LogFilter {
    pub fn read(text: &str) -> Result<Self, LogsError> {
        let refused = |why: String| LogsError::Filter(text.to_owned(), why);
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        for word in &words {
            // The library takes an unknown word for the name of a part of which everything is logged, and logs nothing
            // of all others: nobody who mistypes a level means that.
            let is_word = !word.contains(['=', '[']);
            let part = word.split(['=', '[']).next().unwrap_or_default();
            let named = part.chars().all(|c| c.is_ascii_alphanumeric() || "_-:.".contains(c));
            if word.is_empty() || !named || (is_word && word.parse::<LevelFilter>().is_err()) {
                return Err(refused(format!(
                    "`{word}` is no level: off, error, warn, info, debug or trace, or levels by part like \
                     \"info,engine=debug\""
                )));
            }
        }
        EnvFilter::try_new(words.join(","))
            .map(Self)
            .map_err(|error| refused(error.to_string()))
    }
}

/// Whether a text is a filter of logs.
///
/// # Errors
/// [`LogsError::Filter`] when it is none.
pub fn check(filter: &str) -> Result<(), LogsError> {
    LogFilter::read(filter).map(|_| ())
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Subscriber> Filter<S> for LogFilter {
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        is_ours(metadata) || Filter::<S>::enabled(&self.0, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        let interest = Filter::<S>::callsite_enabled(&self.0, metadata);
        if is_ours(metadata) {
            Interest::always()
        } else {
            interest
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let events = Filter::<S>::max_level_hint(&self.0);
        // Our spans are of level INFO.
        events.map(|level| level.max(LevelFilter::INFO))
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        Filter::<S>::on_new_span(&self.0, attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        Filter::<S>::on_record(&self.0, id, values, context);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        Filter::<S>::on_enter(&self.0, id, context);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        Filter::<S>::on_exit(&self.0, id, context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        Filter::<S>::on_close(&self.0, id, context);
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_mistyped_level_is_refused_and_not_taken_for_a_part() {
        for filter in [
            "info",
            "INFO,engine=debug",
            "warn, store=off",
            "debug,[http]=trace",
            "off",
        ] {
            check(filter).unwrap();
        }
        for filter in ["inof", "info,engine", "engine=loud", "", "info,,debug", "zz zz=1"] {
            let why = check(filter).unwrap_err().to_string();
            assert!(why.contains("cannot be read"), "{why}");
        }
    }
}
