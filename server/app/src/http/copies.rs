//! Pages that were drawn a moment ago: what many look at is drawn once for each change, not for each look.
//!
//! What open pages fetch when something changed, the main part alone, is one for all readers who may see the same, and is
//! not sent again to whom it is known. A whole page names its reader and holds the token of his forms, so that it is his.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use model::actor::{Actor, Right};
use tokio::time::Instant;
use web::{Preferences, Zone};

use super::caller::{Caller, CallerSession};
use super::packed::{packed, takes_gzip};
use super::preferences;
use super::problem::Problem;
use crate::state::AppState;

/// The header by which a page's script asks for the main part alone, and gets nothing in it that is its reader's own: no
/// name, no token, and ages as moments.
pub const FRAGMENT: HeaderName = HeaderName::from_static("x-signalbox-fragment");
/// The server's present in ms since 1970; it stands beside the main part, which would change with it.
const NOW: HeaderName = HeaderName::from_static("x-signalbox-now");

/// What does not change the feed's number, as the age of a cluster's data, is this old at most.
const FRESH: Duration = Duration::from_secs(1);
/// Copies that are kept; beyond, those that are no longer fresh are forgotten.
const MOST: usize = 64;
/// Bytes of a page that is kept: so all of them together stay within some 64 MB. A longer one is drawn for each look.
const PAGE: usize = 1 << 20;
/// Bytes of any page.
const LONGEST: usize = 32 << 20;

/// What a page depends on beside the time and the fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    address: String,
    rights: BTreeSet<Right>,
    audience: Audience,
}

/// Who may be shown one copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Audience {
    /// The main part: all who read times in this zone. Programs come without a session, and are shown no forms.
    All { session: bool, zone: Zone },
    /// The whole page.
    One {
        name: String,
        /// Which the token for forms belongs to; empty without a session.
        csrf: String,
        /// The sentence above all pages.
        banner: Option<String>,
        preferences: Preferences,
    },
}

impl Question {
    fn of(state: &AppState, request: &Request, actor: &Actor) -> Self {
        let session = request.extensions().get::<CallerSession>();
        let preferences = preferences::remembered(request.headers());
        let audience = match request.headers().contains_key(FRAGMENT) {
            true => Audience::All {
                session: session.is_some(),
                zone: preferences.zone(),
            },
            false => Audience::One {
                name: actor.name.to_string(),
                csrf: session
                    .map(|CallerSession(session)| state.access().csrf(session))
                    .unwrap_or_default(),
                banner: state.banner(),
                preferences,
            },
        };
        Self {
            address: request.uri().to_string(),
            rights: actor.rights.clone(),
            audience,
        }
    }
}

/// What was drawn: a page in both forms that are sent, or why there is none.
#[derive(Clone)]
struct Drawn {
    status: StatusCode,
    /// What is said beside a failure: how to read it, and when to try again.
    beside: HeaderMap,
    plain: Bytes,
    packed: Bytes,
}

/// One page, or one failure.
#[derive(Clone)]
struct Copy {
    began: Instant,
    ended: Instant,
    revision: i64,
    /// Of what is for one reader only there is none: a browser keeps no such page.
    etag: Option<HeaderValue>,
    drawn: Drawn,
}

/// Whoever holds it draws; whoever waits for it gets what was drawn.
type Place = Arc<tokio::sync::Mutex<Option<Copy>>>;

/// The latest copies.
#[derive(Default)]
pub struct Copies {
    places: Mutex<HashMap<Question, Place>>,
}

impl Copies {
    fn place(&self, question: Question) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST && !places.contains_key(&question) {
            let fresh = |place: &Place| match place.try_lock() {
                Ok(copy) => copy.as_ref().is_some_and(|copy| copy.began.elapsed() < FRESH),
                Err(_being_drawn) => true,
            };
            places.retain(|_, place| fresh(place));
            if places.len() >= MOST {
                // So many questions within a second: this one's answer is its own.
                return Place::default();
            }
        }
        places.entry(question).or_default().clone()
    }

    /// A copy that was drawn within the last second and since the fleet last changed, else a new one; whoever asks
    /// meanwhile waits for it and shares it, also where it is a failure: behind a database that hangs nobody waits for each
    /// who came before him.
    ///
    /// # Errors
    /// What is answered instead: it is no page that can be kept.
    async fn get(
        &self,
        question: Question,
        revision: impl Fn() -> i64,
        draw: impl Future<Output = Result<Drawn, Response>>,
    ) -> Result<Copy, Response> {
        let (arrived, asked_at) = (Instant::now(), revision());
        let lasting = matches!(question.audience, Audience::All { .. });
        let place = self.place(question);
        let mut kept = place.lock().await;
        // What was begun after the question came is good however long it took.
        let good = |copy: &&Copy| match copy.drawn.status.is_success() {
            true => copy.began + FRESH > arrived && copy.revision >= asked_at,
            false => copy.ended >= arrived,
        };
        if let Some(copy) = kept.as_ref().filter(good) {
            return Ok(copy.clone());
        }
        let (began, revision) = (Instant::now(), revision());
        let drawn = draw.await?;
        let etag = (lasting && drawn.status.is_success()).then(|| mark(&drawn.plain));
        let copy = Copy {
            began,
            ended: Instant::now(),
            revision,
            etag: etag.transpose().map_err(|error| failed(&error))?,
            drawn,
        };
        if copy.drawn.plain.len() <= PAGE {
            *kept = Some(copy.clone());
        }
        Ok(copy)
    }

    /// Somebody changed something: what is drawn from now on shows it.
    fn forget(&self) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Answers with a page that was drawn a moment ago, where there is one.
pub async fn shared(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(Caller(actor)) = request
        .extensions()
        .get::<Caller>()
        .filter(|_| request.method() == Method::GET)
    else {
        return next.run(request).await;
    };
    let question = Question::of(&state, &request, actor);
    let asked = request.headers().clone();
    let drawn = async {
        let drawn = next.run(request).await;
        let status = drawn.status();
        // What leads elsewhere is for who asked.
        if status != StatusCode::OK && !status.is_server_error() {
            return Err(drawn);
        }
        let told = [CONTENT_TYPE, RETRY_AFTER].into_iter().filter(|_| !status.is_success());
        let told = told.filter_map(|name| Some((name.clone(), drawn.headers().get(&name)?.clone())));
        let beside = told.collect();
        let plain = to_bytes(drawn.into_body(), LONGEST)
            .await
            .map_err(|error| failed(&error))?;
        let packed = packed(&plain).map_err(IntoResponse::into_response)?;
        Ok(Drawn {
            status,
            beside,
            plain,
            packed,
        })
    };
    let copy = state.copies().get(question, || state.console().revision(), drawn).await;
    copy.map_or_else(|instead| instead, |copy| copy.answer(&state, &asked))
}

/// Around whatever changes something: nobody is shown a page from before it.
pub async fn changes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    state.copies().forget();
    answer
}

fn mark(plain: &Bytes) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    HeaderValue::from_str(&web::mark(plain))
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a page could not be kept");
    Problem::internal().into_response()
}

impl Copy {
    fn answer(&self, state: &AppState, asked: &HeaderMap) -> Response {
        let known = self.etag.is_some() && asked.get(IF_NONE_MATCH) == self.etag.as_ref();
        let Drawn {
            status,
            beside,
            plain,
            packed,
        } = &self.drawn;
        let mut response = match (known, takes_gzip(asked)) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => (*status, [(CONTENT_ENCODING, "gzip")], packed.clone()).into_response(),
            (false, false) => (*status, plain.clone()).into_response(),
        };
        let headers = response.headers_mut();
        if let Some(etag) = &self.etag {
            headers.insert(NOW, state.console().now().timestamp_millis().into());
            headers.insert(ETAG, etag.clone());
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        }
        headers.insert(
            VARY,
            HeaderValue::from_static("accept-encoding, x-signalbox-fragment, cookie"),
        );
        if !known {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.extend(beside.clone());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn whole(viewer: &str) -> Question {
        Question {
            address: "/".to_owned(),
            rights: BTreeSet::new(),
            audience: Audience::One {
                name: viewer.to_owned(),
                csrf: String::new(),
                banner: None,
                preferences: Preferences::default(),
            },
        }
    }

    /// A page that says how many were drawn before it, and is longer than `size` bytes.
    async fn ask(copies: &Copies, count: &AtomicUsize, viewer: &str, revision: i64, size: usize) -> String {
        let draw = async {
            // Whoever asks meanwhile waits.
            tokio::task::yield_now().await;
            let drawn = Bytes::from(count.fetch_add(1, Ordering::Relaxed).to_string() + &" ".repeat(size));
            Ok(of(StatusCode::OK, drawn))
        };
        let copy = copies.get(whole(viewer), || revision, draw).await.unwrap();
        String::from_utf8(copy.drawn.plain.to_vec()).unwrap().trim().to_owned()
    }

    fn of(status: StatusCode, drawn: Bytes) -> Drawn {
        Drawn {
            status,
            beside: HeaderMap::new(),
            plain: drawn.clone(),
            packed: drawn,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_what_fails_shares_the_failure_and_who_comes_later_tries_again() {
        let (count, copies) = (AtomicUsize::new(0), Copies::default());
        let ask = || async {
            let draw = async {
                // As long as a database that hangs is waited for.
                tokio::time::sleep(FRESH * 15).await;
                count.fetch_add(1, Ordering::Relaxed);
                Ok(of(StatusCode::SERVICE_UNAVAILABLE, Bytes::new()))
            };
            copies.get(whole("ann"), || 1, draw).await.unwrap().drawn.status
        };
        let began = Instant::now();
        let all = tokio::join!(ask(), ask(), ask());
        let away = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(all, (away, away, away));
        assert_eq!((count.load(Ordering::Relaxed), began.elapsed()), (1, FRESH * 15));
        tokio::time::advance(Duration::from_millis(1)).await;
        ask().await;
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_drawn_once_for_each_change_and_viewer_while_it_is_fresh() {
        let (count, copies) = (AtomicUsize::new(0), Copies::default());
        let ask = |viewer, revision| ask(&copies, &count, viewer, revision, 1);
        let (one, two) = tokio::join!(ask("ann", 1), ask("ann", 1));
        assert_eq!((one.as_str(), two.as_str()), ("0", "0"));
        assert_eq!(ask("ann", 2).await, "1", "another revision");
        assert_eq!(ask("bob", 2).await, "2", "another viewer");
        assert_eq!(ask("ann", 2).await, "1");
        tokio::time::advance(FRESH).await;
        assert_eq!(ask("ann", 2).await, "3", "ages have moved on");
        copies.forget();
        assert_eq!(ask("ann", 2).await, "4", "somebody changed something");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_bounded_in_size_and_number() {
        let (count, copies) = (AtomicUsize::new(0), Copies::default());
        for drawn in ["0", "1"] {
            assert_eq!(
                ask(&copies, &count, "ann", 1, PAGE + 1).await,
                drawn,
                "too long to be kept"
            );
        }
        for viewer in 0..MOST {
            ask(&copies, &count, &viewer.to_string(), 1, 1).await;
        }
        ask(&copies, &count, "more than are kept", 1, 1).await;
        assert_eq!(copies.places.lock().unwrap().len(), MOST);
        tokio::time::advance(FRESH).await;
        ask(&copies, &count, "bob", 1, 1).await;
        assert_eq!(copies.places.lock().unwrap().len(), 1);
    }
}
