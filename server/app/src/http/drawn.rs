//! Pages that were drawn a moment ago: a screen that many look at is drawn once for each change, not for each look.

use std::time::Duration;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;
use web::Preferences;

use super::packed::{packed, takes_gzip};
use super::problem::Problem;

/// Ages on a page move on by this much before it is drawn anew without a change.
const FRESH: Duration = Duration::from_secs(1);
/// Viewers whose page is kept; a page names its viewer and holds the token of its forms.
const VIEWERS: usize = 8;

/// What a drawn page depends on beside the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Who looks, with the token for forms.
    pub viewer: (String, String),
    /// The number of the feed.
    pub revision: i64,
    /// The sentence above it.
    pub banner: Option<String>,
    /// How the reader wants it.
    pub preferences: Preferences,
}

/// One page, in both forms that are sent.
#[derive(Clone)]
struct Copy {
    key: Key,
    began: Instant,
    plain: Bytes,
    packed: Bytes,
}

/// The latest drawings of one page.
pub struct Drawn {
    fresh: Duration,
    copies: Mutex<Vec<Copy>>,
}

impl Default for Drawn {
    fn default() -> Self {
        Self {
            fresh: FRESH,
            copies: Mutex::default(),
        }
    }
}

impl Drawn {
    /// The page, if one was drawn for this key within the last second, else a new one; whoever asks meanwhile waits for
    /// it and shares it.
    ///
    /// # Errors
    /// Those of `draw`.
    pub async fn get(
        &self,
        asked: &HeaderMap,
        key: Key,
        draw: impl Future<Output = Result<String, Problem>>,
    ) -> Result<Response, Problem> {
        let arrived = Instant::now();
        let mut copies = self.copies.lock().await;
        // A drawing that began after the question is good however long it took.
        let good = |copy: &&Copy| {
            let fresh = copy.began + self.fresh > arrived;
            let asked = &copy.key;
            fresh
                && asked.revision >= key.revision
                && *asked
                    == Key {
                        revision: asked.revision,
                        ..key.clone()
                    }
        };
        if let Some(copy) = copies.iter().find(good) {
            return Ok(copy.answer(asked));
        }
        let began = Instant::now();
        let plain = Bytes::from(draw.await?);
        let copy = Copy {
            packed: packed(&plain)?,
            plain,
            key,
            began,
        };
        copies.retain(|known| known.key.viewer != copy.key.viewer);
        copies.truncate(VIEWERS - 1);
        copies.insert(0, copy.clone());
        Ok(copy.answer(asked))
    }
}

impl Copy {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let mut response = if takes_gzip(asked) {
            ([(CONTENT_ENCODING, "gzip")], self.packed.clone()).into_response()
        } else {
            self.plain.clone().into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn key(viewer: &str, revision: i64) -> Key {
        Key {
            viewer: (viewer.to_owned(), String::new()),
            revision,
            banner: None,
            preferences: Preferences::default(),
        }
    }

    async fn ask(drawn: &Drawn, count: &AtomicUsize, viewer: &str, revision: i64) -> String {
        let draw = async {
            // Whoever asks meanwhile waits.
            tokio::task::yield_now().await;
            Ok(format!("{}", count.fetch_add(1, Ordering::Relaxed)))
        };
        let answer = drawn.get(&HeaderMap::new(), key(viewer, revision), draw).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_page_is_drawn_once_for_each_change_and_viewer_while_it_is_fresh() {
        let count = AtomicUsize::new(0);
        let lasting = Drawn {
            fresh: Duration::from_secs(3600),
            ..Drawn::default()
        };
        let (one, two) = tokio::join!(ask(&lasting, &count, "ann", 1), ask(&lasting, &count, "ann", 1));
        assert_eq!((one.as_str(), two.as_str()), ("0", "0"));
        assert_eq!(ask(&lasting, &count, "ann", 2).await, "1", "another revision");
        assert_eq!(ask(&lasting, &count, "bob", 2).await, "2", "another viewer");
        assert_eq!(ask(&lasting, &count, "ann", 2).await, "1");

        let fleeting = Drawn {
            fresh: Duration::ZERO,
            ..Drawn::default()
        };
        assert_eq!(ask(&fleeting, &count, "ann", 1).await, "3");
        assert_eq!(ask(&fleeting, &count, "ann", 1).await, "4", "ages have moved on");
    }
}
