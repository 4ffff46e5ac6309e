//! What is used up at one server is used up at all of one database.

use std::time::{Duration, Instant};

use super::Rig;
use crate::client::{Answer, until};
use crate::server::{Home, Server};
use crate::weather::instance::Instance;

/// From signing out at one server until the others know.
const KNOWN: Duration = Duration::from_secs(5);

fn enter(server: &Server, link: &str) -> Answer {
    server.ask("POST", "/signin").form(&format!("token={link}")).send()
}

/// The session that somebody began, without the name of the cookie, which differs from server to server.
fn session(entered: &Answer) -> String {
    assert_eq!(entered.status, 303, "{}", entered.text());
    let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap();
    cookie.split_once('=').unwrap().1.to_owned()
}

fn cookie(server: &Server, session: &str) -> String {
    format!("signalbox_{}={session}", server.address.port())
}

fn page(server: &Server, session: &str) -> Answer {
    server.ask("GET", "/").header("cookie", &cookie(server, session)).send()
}

fn leave(server: &Server, session: &str) {
    let page = page(server, session).text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let cookie = cookie(server, session);
    let ask = server.ask("POST", "/signout").header("cookie", &cookie);
    let left = ask.form(&format!("csrf={csrf}")).send();
    assert_eq!(left.status, 303, "{}", left.text());
}

#[test]
fn a_link_signs_in_once_and_a_session_ends_at_all_servers_of_a_database() {
    let rig = Rig::new(0, 0);
    let (here, there) = (Server::ready(rig.home()), Server::ready(rig.home()));
    let link = here.link();
    let session = session(&enter(&here, &link));
    let again = enter(&there, &link);
    assert_eq!(again.status, 403, "{}", again.text());
    assert!(again.text().contains("used already"), "{}", again.text());
    assert_eq!(page(&there, &session).status, 200, "one key signs for all of them");

    leave(&here, &session);
    let left = Instant::now();
    until("the end of the session elsewhere", || {
        (page(&there, &session).status == 303).then_some(())
    });
    let took = left.elapsed();
    eprintln!("known elsewhere {took:?} after signing out");
    assert!(took < KNOWN, "{took:?}");
    // Nothing that lets anybody in is kept.
    let kept = rig.database.ask("SELECT id FROM spent");
    assert_eq!(kept.len(), 2, "the link and the session: {kept:?}");
    for id in &kept {
        assert!(link.contains(id.as_str()) || session.contains(id.as_str()));
        assert_eq!(page(&there, id).status, 303);
        assert_eq!(enter(&there, id).status, 403);
    }
    // Nor does it come back where it was only heard of, when that starts anew.
    let there = Server::ready(there.stop());
    assert_eq!(page(&there, &session).status, 303);
}

#[test]
fn while_the_database_is_away_each_server_decides_alone_and_says_so_once_it_is_back() {
    let mut instance = Instance::start();
    let key = Server::ready(Home::new(&instance.url)).stop();
    let home = || Home::new(&instance.url).with_key_of(&key);
    let (here, there) = (Server::ready(home()), Server::ready(home()));
    let link = here.link();
    instance.stop();
    let asked = Instant::now();
    let session = session(&enter(&here, &link));
    let took = asked.elapsed();
    eprintln!("signed in {took:?} after asking, without the database");
    assert!(took < KNOWN, "{took:?}");
    assert_eq!(enter(&here, &link).status, 403, "here it is used up");
    leave(&here, &session);
    assert_eq!(page(&here, &session).status, 303);
    assert_eq!(page(&there, &session).status, 200, "nobody can have told it");

    instance.again();
    until("the end of the session elsewhere", || {
        (page(&there, &session).status == 303).then_some(())
    });
    assert_eq!(enter(&there, &link).status, 403, "the link is used up there, too");
}
