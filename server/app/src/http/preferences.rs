//! What a browser remembers of its reader: the theme, and the zone of times.

use axum::extract::RawForm;
use axum::extract::rejection::RawFormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{COOKIE, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use url::Url;
use web::{Preferences, Theme};

use super::frame::Reader;
use super::problem::Problem;
use crate::api::params::Params;
use crate::site::Site;

/// How long a browser remembers, in s: a year.
const AGE: u32 = 31_536_000;

/// What the cookie says.
pub fn remembered(headers: &HeaderMap) -> Preferences {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let own = pairs.find(|(name, _)| *name == Preferences::COOKIE);
    own.map(|(_, value)| Preferences::parse(value)).unwrap_or_default()
}

/// Remembers what was chosen, and shows the page again from which it came.
pub async fn choose(reader: Reader, headers: HeaderMap, form: Result<RawForm, RawFormRejection>) -> Response {
    match chosen(&reader, form) {
        Ok(preferences) => {
            let site = reader.state.site();
            let mut response = Redirect::to(&back(site, &headers)).into_response();
            if let Ok(cookie) = HeaderValue::from_str(&cookie(site, preferences)) {
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            response
        }
        Err(problem) => reader.show(Err(problem)),
    }
}

fn chosen(reader: &Reader, form: Result<RawForm, RawFormRejection>) -> Result<Preferences, Problem> {
    let RawForm(form) = form.map_err(|refused| Problem::of_rejection(refused.status(), refused.body_text()))?;
    let mut fields = Params::of(&String::from_utf8_lossy(&form));
    let mut preferences = reader.preferences;
    if let Some(word) = fields.one("theme")? {
        let known = || Problem::bad_request("`theme` must be system, light or dark");
        preferences.theme = Theme::parse(&word).ok_or_else(known)?;
    }
    if let Some(word) = fields.one("zone")? {
        preferences.utc = match word.as_str() {
            "utc" => true,
            "own" => false,
            _ => return Err(Problem::bad_request("`zone` must be own or utc")),
        };
    }
    Ok(preferences)
}

/// Readable by the script, which adds the browser's zone.
fn cookie(site: &Site, preferences: Preferences) -> String {
    let secure = if site.is_https() { "; Secure" } else { "" };
    format!(
        "{}={preferences}; Path={}/; Max-Age={AGE}; SameSite=Lax{secure}",
        Preferences::COOKIE,
        site.base()
    )
}

/// The page that the form was on, if it is one of ours; the first screen else.
fn back(site: &Site, headers: &HeaderMap) -> String {
    let first = format!("{}/", site.base());
    let from = headers.get(REFERER).and_then(|from| from.to_str().ok());
    let from = from.and_then(|from| Url::parse(from).ok());
    let ours = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        // Two slashes at the start would lead to another host.
        site.is_called(host) && url.path().starts_with(&first) && !url.path().starts_with("//")
    };
    from.filter(ours).map_or(first, |url| {
        let question = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{question}", url.path())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_ones_own_page_and_to_no_other() {
        let public = Url::parse("https://ops.example.com/box").unwrap();
        let site = Site::new("127.0.0.1:8480".parse().unwrap(), Some(public));
        let back = |from: &str| {
            let headers = [(REFERER, HeaderValue::from_str(from).unwrap())];
            back(&site, &headers.into_iter().collect())
        };
        assert_eq!(
            back("https://ops.example.com/box/connectors?q=a%20b#x"),
            "/box/connectors?q=a%20b"
        );
        for elsewhere in [
            "https://evil.example/box/",
            "https://ops.example.com/other",
            "https://ops.example.com//evil.example/",
            "nonsense",
        ] {
            assert_eq!(back(elsewhere), "/box/", "{elsewhere}");
        }
        assert_eq!(
            cookie(&site, Preferences::parse("dark:utc:Europe/Berlin")),
            "signalbox_view=dark:utc:Europe/Berlin; Path=/box/; Max-Age=31536000; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let header = HeaderValue::from_static("a=b; signalbox_view=light:own:Europe/Berlin; c=d");
        let headers = [(COOKIE, header)].into_iter().collect();
        assert_eq!(remembered(&headers).to_string(), "light:own:Europe/Berlin");
        assert_eq!(remembered(&HeaderMap::new()), Preferences::default());
    }
}
