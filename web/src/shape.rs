//! A verdict as people see it: shape, word and colour, always the same three.

use std::fmt;

use askama::filters::HtmlSafe;
use console::ClusterItem;
use model::facts::Alive;
use model::verdict::Health;
use view::Totals;

/// The drawing of a health within a square of 16 by 16, in the current colour.
pub(crate) fn drawing(health: Health) -> &'static str {
    match health {
        Health::CrashLooping => {
            r#"<path d="M13.6 8a5.6 5.6 0 1 1-1.9-4.2" fill="none" stroke="currentColor" stroke-width="2.2"/><path d="M14.6.6v5.6H9z" fill="currentColor"/>"#
        }
        Health::Failed => r#"<rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="currentColor"/>"#,
        Health::Degraded => {
            r#"<path d="M8 2.4 14.4 13.4H1.6z" fill="currentColor" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>"#
        }
        Health::Stalled => {
            r#"<path d="M8 1.2 14.8 8 8 14.8 1.2 8z" fill="currentColor" stroke="currentColor" stroke-width="1" stroke-linejoin="round"/>"#
        }
        Health::Unassigned => {
            r#"<path d="M8 1.9 14.1 8 8 14.1 1.9 8z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>"#
        }
        Health::NoTasks => {
            r#"<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M2.2 13.8 13.8 2.2" stroke="currentColor" stroke-width="2"/>"#
        }
        Health::Lagging => {
            r#"<path d="M1.5 9.5h3.4v5H1.5zM6.3 6h3.4v8.5H6.3zM11.1 1.5h3.4v13h-3.4z" fill="currentColor"/>"#
        }
        Health::Unknown => {
            r#"<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.7 2.01"/>"#
        }
        Health::Restarting => {
            r#"<path d="M13.8 8A5.8 5.8 0 1 1 8 2.2" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>"#
        }
        Health::Paused => r#"<path d="M3 2h3.6v12H3zM9.4 2H13v12H9.4z" fill="currentColor"/>"#,
        Health::Stopped => {
            r#"<rect x="2.5" y="2.5" width="11" height="11" rx="1.4" fill="none" stroke="currentColor" stroke-width="2"/>"#
        }
        Health::Healthy => r#"<circle cx="8" cy="8" r="6.4" fill="currentColor"/>"#,
    }
}

/// The word and drawing of what is no more: it has no verdict, whatever its last one was.
const DELETED: (&str, &str) = (
    "deleted",
    r#"<path d="M3.4 3.4 12.6 12.6M12.6 3.4 3.4 12.6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>"#,
);

/// All drawings with the ids by which [`Shape`] names them.
pub(crate) fn sprite() -> impl Iterator<Item = (&'static str, &'static str)> {
    let healths = Health::ALL.into_iter().map(|health| (health.as_str(), drawing(health)));
    healths.chain([DELETED])
}

/// The word by which shape and colour of a verdict go; `None`: of what is deleted.
pub(crate) fn mark(verdict: Option<Health>) -> &'static str {
    verdict.map_or(DELETED.0, Health::as_str)
}

/// The health by which the icon of a page about several connectors goes: the worst that needs a person, else healthy;
/// `None` where there is none.
pub(crate) fn worst<'a>(totals: impl IntoIterator<Item = &'a Totals>) -> Option<Health> {
    let found = totals.into_iter().flat_map(|totals| totals.iter());
    let found = found.filter(|(_, count)| *count > 0).map(|(health, _)| health);
    found
        .min()
        .map(|health| if health.unhealthy() { health } else { Health::Healthy })
}

/// The colours of icons that stand outside a page, between those of light and dark.
fn colour(health: Health) -> &'static str {
    match health {
        Health::CrashLooping => "#d6347f",
        Health::Failed => "#dd3b35",
        Health::Degraded | Health::NoTasks => "#dd7a1b",
        Health::Stalled => "#935fdd",
        Health::Unassigned => "#1f978d",
        Health::Lagging => "#bd9412",
        Health::Unknown => "#8d897e",
        Health::Restarting => "#4388d0",
        Health::Paused | Health::Stopped => "#7c838d",
        Health::Healthy => "#419a66",
    }
}

/// The icon of a browser's tab for a health.
pub(crate) fn icon(health: Health) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" color="{}">{}</svg>"#,
        colour(health),
        drawing(health)
    )
}

/// The house's own icon: a signal with two lamps.
pub(crate) fn signal() -> String {
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#1b1e22"/><circle cx="8" cy="5" r="2" fill="#ff6b61"/><circle cx="8" cy="11" r="2" fill="#58b981"/></svg>"##.to_owned()
}

/// A shape alone; its word must stand beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    mark: &'static str,
}

impl Shape {
    pub(crate) fn of(health: Health) -> Self {
        Self { mark: health.as_str() }
    }

    /// Of a verdict, or of what is deleted and has none.
    pub(crate) fn marked(verdict: Option<Health>) -> Self {
        Self { mark: mark(verdict) }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.mark;
        write!(
            f,
            "<svg class=\"shape {word}\" aria-hidden=\"true\"><use href=\"#s-{word}\"></use></svg>"
        )
    }
}

impl HtmlSafe for Shape {}

/// Shape and word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    shape: Shape,
    /// What stands before the word: `was ` where it holds no longer.
    was: &'static str,
    word: &'static str,
}

impl Verdict {
    pub(crate) fn of(health: Health) -> Self {
        Self::worded(health, health.words())
    }

    fn worded(health: Health, word: &'static str) -> Self {
        Self {
            shape: Shape::of(health),
            was: "",
            word,
        }
    }

    /// The last verdict of what is deleted.
    pub(crate) fn last(health: Health) -> Self {
        Self {
            shape: Shape::marked(None),
            was: "was ",
            word: health.words(),
        }
    }

    /// Whether a worker lives, in the shapes of verdicts.
    pub(crate) fn worker(alive: Alive) -> Self {
        let (health, word) = match alive {
            Alive::Yes => (Health::Healthy, "alive"),
            Alive::GoneInOrder => (Health::Stopped, "left in order"),
            Alive::Dead => (Health::Unassigned, "gone"),
            Alive::Unknown => (Health::Unknown, "unknown"),
        };
        Self::worded(health, word)
    }

    /// Whether a cluster answers; one that is refused, because it is configured twice, is not asked.
    pub(crate) fn reach(cluster: &ClusterItem) -> Self {
        match (cluster.looked, cluster.reachable) {
            _ if cluster.same_as.is_some() => Self::worded(Health::Unknown, "refused"),
            (false, _) => Self::worded(Health::Unknown, "not looked at"),
            (true, true) => Self::worded(Health::Healthy, "answers"),
            (true, false) => Self::worded(Health::Unknown, "does not answer"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shape, was, word } = self;
        write!(f, "<span class=\"verdict {}\">{shape}{was}{word}</span>", shape.mark)
    }
}

impl HtmlSafe for Verdict {}
