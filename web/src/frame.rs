//! What every page shows around its content.

use std::borrow::{Borrow, Cow};

use chrono::TimeDelta;
use model::Timestamp;
use model::verdict::Health;

use crate::in_zone::in_zone;
use crate::links::Links;
use crate::moment::{Age, Clock, Day, Left};
use crate::preferences::{Preferences, Theme, Zone};
use crate::shape::{Shape, Verdict};
use crate::words;

/// Who looks, from where, and when: what every page needs beside its own content.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Who is signed in, by name.
    pub actor_name: String,
    /// The token that forms send back as `csrf`; empty before sign-in.
    pub csrf: String,
    /// The path below which everything is served, without a slash at its end: empty, or `/ops`.
    pub base_path: String,
    /// The present moment by the server's clock; ages are counted from it.
    pub now: Timestamp,
    /// From this age on data is shown as stale.
    pub stale_after: TimeDelta,
    /// The oldest moment at which a cluster's states were last seen; `None` when none ever was.
    pub as_of: Option<Timestamp>,
    /// Whether somebody is signed in: without, neither navigation nor search is shown.
    pub signed_in: bool,
    /// Clusters that are configured and of which nothing is known yet.
    pub awaited: usize,
    /// A sentence above the page: the fleet is simulated, the database is away.
    pub banner: Option<String>,
    /// Which part of the site the page belongs to.
    pub section: Section,
    /// How the reader wants it.
    pub preferences: Preferences,
    /// Whether only the main part is asked for, which is the same for all who may see it and changes with the facts
    /// alone: ages stand in it as moments, and it names nobody.
    pub fragment: bool,
}

/// Parts of the site, as the navigation names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The first screen.
    Overview,
    /// The list of connectors and their pages.
    Connectors,
    /// The list of clusters and their pages.
    Clusters,
    /// Where data comes from and where it goes.
    Topology,
    /// History.
    Timeline,
    /// Signalbox itself.
    System,
    /// None of them: sign-in, errors.
    Elsewhere,
}

impl Section {
    /// Those in the navigation, in its order, with their words.
    pub(crate) const NAVIGATION: [(Self, &'static str); 6] = [
        (Self::Overview, "Overview"),
        (Self::Connectors, "Connectors"),
        (Self::Clusters, "Clusters"),
        (Self::Topology, "Topology"),
        (Self::Timeline, "Timeline"),
        (Self::System, "System"),
    ];
}

impl Frame {
    /// Addresses of every page.
    pub fn links(&self) -> Links<'_> {
        Links::new(&self.base_path)
    }

    pub(crate) fn navigation(&self) -> impl Iterator<Item = (String, &'static str, bool)> + '_ {
        Section::NAVIGATION.into_iter().map(|(section, words)| {
            let links = self.links();
            let address = match section {
                Section::Connectors => links.all_connectors(),
                Section::Clusters => links.clusters(),
                Section::Topology => links.whole_topology(),
                Section::Timeline => links.whole_timeline(),
                Section::System => links.system(),
                Section::Overview | Section::Elsewhere => links.overview(),
            };
            (address, words, section == self.section)
        })
    }

    /// `4 min 10 s`, counted to now.
    pub(crate) fn age(&self, since: &Timestamp) -> Age {
        Age::fine(*since, self.now).blank(self.fragment)
    }

    /// `4 min`, counted to now.
    pub(crate) fn short_age(&self, since: &Timestamp) -> Age {
        Age::coarse(*since, self.now).blank(self.fragment)
    }

    /// `4 min 10 s`, counted down from now to then.
    pub(crate) fn left(&self, until: &Timestamp) -> Left {
        Left::new(*until, self.now)
    }

    /// `14:06:02`, with the day in front unless it is today's.
    pub(crate) fn clock(&self, at: &Timestamp) -> Clock {
        Clock::new(*at, self.now, self.zone())
    }

    /// `14:06:02`, below a heading that says the day.
    pub(crate) fn time(&self, at: &Timestamp) -> Clock {
        self.clock(at).time()
    }

    /// `14:06`, or the day when that is not today.
    pub(crate) fn minute(&self, at: &Timestamp) -> Clock {
        self.clock(at).short()
    }

    /// A sentence of the record, its times of day as the reader's clock shows them.
    pub(crate) fn told<'a>(&self, text: &'a str) -> Cow<'a, str> {
        in_zone(text, self.now, self.zone())
    }

    /// `from 13:02 to 13:09`.
    pub(crate) fn span(&self, from: Timestamp, to: Timestamp) -> String {
        crate::moment::span(from, to, self.zone())
    }

    /// The zone of times on the page.
    pub(crate) fn zone(&self) -> Zone {
        self.preferences.zone()
    }

    /// What stands behind a time that is shown alone: `UTC`, `UTC+2`.
    pub(crate) fn zone_word(&self) -> String {
        self.zone().offset(self.now)
    }

    /// `Today`, `Yesterday`, `Thu 19 Nov 2026`.
    pub(crate) fn day(&self, at: &Timestamp) -> Day {
        Day::new(*at, self.now, self.zone())
    }

    pub(crate) fn shape(&self, health: impl Borrow<Health>) -> Shape {
        Shape::of(*health.borrow())
    }

    /// The shape of a verdict, or of what is deleted and has none.
    pub(crate) fn marked(&self, verdict: Option<Health>) -> Shape {
        Shape::marked(verdict)
    }

    pub(crate) fn verdict(&self, health: impl Borrow<Health>) -> Verdict {
        Verdict::of(*health.borrow())
    }

    /// Whether the page shows facts, so that their age matters.
    pub(crate) fn shows_facts(&self) -> bool {
        self.section != Section::Elsewhere
    }

    /// Whether the oldest fact is too old; `false` when there is none at all.
    pub(crate) fn stale(&self) -> bool {
        self.as_of.is_some_and(|as_of| self.now - as_of > self.stale_after)
    }

    /// What there is while no cluster is known.
    pub(crate) fn no_cluster(&self) -> String {
        match self.awaited {
            0 => "No cluster is connected yet.".to_owned(),
            1 => "One cluster is configured; the first look at it is under way.".to_owned(),
            many => format!(
                "{} clusters are configured; the first look at them is under way.",
                words::sentence(&words::number(many))
            ),
        }
    }

    /// From which age on data is stale, in words.
    pub(crate) fn stale_words(&self) -> String {
        crate::moment::fine(self.stale_after)
    }

    /// The themes to choose from, with their words and whether each is chosen.
    pub(crate) fn themes(&self) -> impl Iterator<Item = (&'static str, bool)> + '_ {
        Theme::ALL
            .into_iter()
            .map(|(theme, word)| (word, theme == self.preferences.theme))
    }

    /// The moment of drawing for the script, in ms since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now.timestamp_millis()
    }
}
