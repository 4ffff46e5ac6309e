//! Signing in by a one-time link, and out.

use std::os::unix::fs::PermissionsExt as _;

use crate::database::Database;
use crate::server::{Home, Server, run};

#[test]
fn a_link_signs_in_once_and_signing_out_ends_it() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let file = server.home.data().join("signin-link");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let link = server.link();
    // Looking at it uses nothing up.
    for _ in 0..2 {
        let page = server.get(&format!("/signin?token={link}"));
        assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
        assert!(page.text().contains(&format!("value=\"{link}\"")), "{}", page.text());
    }
    let entered = server.ask("POST", "/signin").form(&format!("token={link}")).send();
    let cookie = entered.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        cookie.starts_with(&format!("signalbox_{}=", server.address.port())),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let again = server.ask("POST", "/signin").form(&format!("token={link}")).send();
    assert_eq!(again.status, 403);
    assert!(
        again.header("set-cookie").is_none() && again.text().contains("used already"),
        "{}",
        again.text()
    );

    let page = server.ask("GET", "/").header("cookie", &cookie).send();
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    let csrf = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let forged = server
        .ask("POST", "/signout")
        .header("cookie", &cookie)
        .form("csrf=")
        .send();
    assert_eq!(forged.status, 403);
    let left = server
        .ask("POST", "/signout")
        .header("cookie", &cookie)
        .form(&format!("csrf={csrf}"))
        .send();
    assert_eq!(left.status, 303, "{}", left.text());
    assert_eq!(server.ask("GET", "/").header("cookie", &cookie).send().status, 303);

    // Neither comes back with the next start.
    let home = server.stop();
    let server = Server::ready(home);
    assert_eq!(
        server
            .ask("POST", "/signin")
            .form(&format!("token={link}"))
            .send()
            .status,
        403
    );
    assert!(
        !server.log().contains(&link) && !server.log().contains("token="),
        "{}",
        server.log()
    );
}

#[test]
fn forged_cookies_and_links_are_refused() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let cookie = server.sign_in();
    let longer = cookie.replacen("=1", "=2", 1);
    assert_eq!(server.ask("GET", "/").header("cookie", &longer).send().status, 303);
    let name = cookie.split('=').next().unwrap();
    for forged in ["", "x", "9999999999.x.y", "..", "9999999999.0."] {
        assert_eq!(
            server
                .ask("GET", "/")
                .header("cookie", &format!("{name}={forged}"))
                .send()
                .status,
            303
        );
        assert_eq!(
            server
                .ask("POST", "/signin")
                .form(&format!("token={forged}"))
                .send()
                .status,
            403
        );
    }
    // A click on another site's page: the cookie did not come along, so the browser is asked to ask again.
    let click = server
        .ask("GET", "/connectors")
        .header("sec-fetch-site", "cross-site")
        .send();
    assert_eq!((click.status, click.header("refresh")), (200, Some("0")));
}

#[test]
fn a_link_can_be_made_beside_the_running_server() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let before = server.link();
    let config = server.home.config();
    let made = run(
        &["admin", "sign-in-link", "--config", config.to_str().unwrap()],
        server.home.folder.path(),
    );
    assert!(made.status.success(), "{made:?}");
    assert!(
        !String::from_utf8_lossy(&made.stdout).contains("token="),
        "printed to what is no terminal"
    );
    assert_ne!(server.link(), before);
    server.sign_in();
}
