//! Everything in the table of routes: admission, refusals, and the API's description.

use std::collections::BTreeSet;

use app::http::{Access, Kind, ROUTES, Route, Verb};
use model::actor::Right;

use crate::client::{Answer, until};
use crate::database::Database;
use crate::server::{ALL, Home, REDRIVE, SEE, Server};

fn target(route: &Route) -> String {
    route
        .path
        .replace("{cluster}", "none")
        .replace("{connector}", "none")
        .replace("{*path}", "style.css")
}

fn method(route: &Route) -> &'static str {
    match route.verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
    }
}

#[test]
fn every_route_refuses_who_may_not() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let cookie = server.sign_in();
    for route in ROUTES {
        let (name, path) = (route.name, target(route));
        // What is open on this machine only is asked for as if through a proxy, once that was seen.
        let proxied = matches!(route.access, Access::Loopback(_));
        let ask = || match proxied {
            true => server.ask(method(route), &path).header("x-forwarded-for", "192.0.2.7"),
            false => server.ask(method(route), &path),
        };
        let nobody = server.ask(method(route), &path).send();
        match (route.access, route.kind) {
            (Access::Open, _) if route.verb.changes() => assert_eq!(nobody.status, 403, "{name}"),
            (Access::Open | Access::Loopback(_), _) => assert_eq!(nobody.status, 200, "{name}: {}", nobody.text()),
            (_, Kind::Page) => {
                assert_eq!(
                    (nobody.status, nobody.header("location")),
                    (303, Some("/signin")),
                    "{name}"
                );
            }
            (_, _) => assert_unauthorized(&nobody, name),
        }
        if route.access == Access::Open {
            continue;
        }
        if proxied {
            assert_unauthorized(&ask().send(), name);
        }
        for wrong in ["Bearer wrong-token-wrong-token", "Basic YTpi", "Bearer", ""] {
            let refused = ask().header("authorization", wrong).send().status;
            assert!([401, 303].contains(&refused), "{name} {wrong:?}: {refused}");
        }
        let lacking = ask().token(REDRIVE).send();
        assert_eq!(lacking.status, 403, "{name}: {}", lacking.text());
        if route.verb.changes() {
            let forged = ask().header("cookie", &cookie).form("csrf=00").send();
            assert_eq!(forged.status, 403, "{name}: a session without its own token");
            let forged = ask().header("cookie", &cookie).send();
            assert_eq!(forged.status, 403, "{name}: a session without any token");
        } else {
            let admitted = ask().token(ALL).send();
            assert!(
                [200, 404, 400].contains(&admitted.status),
                "{name}: {} {}",
                admitted.status,
                admitted.text()
            );
            let admitted = ask().header("cookie", &cookie).send();
            assert!(
                [200, 404, 400].contains(&admitted.status),
                "{name}: {}",
                admitted.status
            );
        }
    }
}

fn assert_unauthorized(answer: &Answer, name: &str) {
    assert_eq!(answer.status, 401, "{name}: {}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{name}"
    );
    assert!(answer.header("www-authenticate").is_some(), "{name}");
}

/// Nobody has the server hold more of a body than its route takes, whoever asks.
#[test]
fn a_body_beyond_the_limit_of_its_route_is_refused() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let cookie = server.sign_in();
    for route in ROUTES.iter().filter(|route| route.verb.changes()) {
        let (name, most) = (route.name, route.limits.body);
        assert!((1..=64 << 10).contains(&most), "{name} takes {most} bytes");
        let ask = server.ask(method(route), &target(route)).header("cookie", &cookie);
        let sent = |bytes: usize| ask.clone().form(&"x".repeat(bytes)).send();
        let refused = sent(most + 1);
        assert_eq!(refused.status, 413, "{name}");
        // In these words by who reads it all before anybody else looks at it.
        assert!(
            refused.text().contains("larger than anything"),
            "{name}: {}",
            refused.text()
        );
        assert_ne!(sent(most).status, 413, "{name}");
    }
}

/// What programs of this machine may read without a token is not open to who comes through a proxy that says so.
#[test]
fn what_a_proxy_passed_on_is_not_taken_for_local() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    for path in ["/readyz", "/metrics"] {
        for host in ["127.0.0.1:8480", "localhost", "[::1]"] {
            let here = server.ask("GET", path).header("host", host);
            assert_eq!(here.send().status, 200, "{path} of {host}");
            for by in ["x-forwarded-for", "forwarded", "x-forwarded-host", "x-real-ip", "via"] {
                assert_unauthorized(&here.clone().header(by, "192.0.2.7").send(), path);
            }
        }
    }
}

/// Many proxies neither pass the Host header on nor say that they are there, so behind a public address nothing is local.
#[test]
fn behind_a_public_address_everybody_scrapes_with_a_token() {
    let database = Database::new();
    let home = Home::new(&database.url);
    let text = std::fs::read_to_string(home.config()).unwrap();
    let public = "[server]\npublic_url = \"https://ops.example.com/\"";
    std::fs::write(home.config(), text.replace("[server]", public)).unwrap();
    let server = Server::start_at(home, "https://ops.example.com/signin");
    until("readiness", || (server.api("/readyz").status == 200).then_some(()));
    for path in ["/readyz", "/metrics"] {
        for host in ["127.0.0.1:8480", "localhost", "[::1]"] {
            let rewritten = server.ask("GET", path).header("host", host);
            assert_unauthorized(&rewritten.send(), path);
            assert_eq!(rewritten.token(SEE).send().status, 200);
        }
        let outside = server.ask("GET", path).header("host", "ops.example.com");
        assert_unauthorized(&outside.send(), path);
        let refused = outside.clone().token(REDRIVE).send();
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert!(refused.text().contains("`see`"), "{}", refused.text());
        assert_eq!(outside.token(SEE).send().status, 200);
    }
    let alive = server.ask("GET", "/livez").header("host", "ops.example.com").send();
    assert_eq!((alive.status, alive.text().as_str()), (200, "ok\n"));
}

#[test]
fn what_no_route_answers_is_told_in_the_reader_s_form() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let missing = server.api("/api/v1/nothing");
    assert_eq!(
        (missing.status, missing.header("content-type")),
        (404, Some("application/problem+json"))
    );
    assert_eq!(
        server.get("/nothing").header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let wrong = server.ask("POST", "/api/v1/clusters").token(ALL).send();
    assert_eq!(
        (wrong.status, wrong.json()["code"].as_str()),
        (405, Some("method_not_allowed"))
    );
    assert_eq!(wrong.header("allow"), Some("GET,HEAD"));
    let elsewhere = server
        .ask("GET", "/api/v1/clusters")
        .token(ALL)
        .header("host", "evil.example")
        .send();
    assert_eq!(
        (elsewhere.status, elsewhere.json()["code"].as_str()),
        (421, Some("misdirected"))
    );
    let policy = missing.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for header in [
        "x-content-type-options",
        "referrer-policy",
        "x-request-id",
        "cache-control",
    ] {
        assert!(missing.header(header).is_some(), "{header}");
    }
}

#[test]
fn a_foreign_host_is_refused_in_the_form_that_each_route_s_reader_understands() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    for route in ROUTES {
        let asked = server.ask(method(route), &target(route)).header("host", "evil.example");
        let refused = asked.send();
        let form = match route.kind {
            Kind::Api => "application/problem+json",
            Kind::Page => "text/html; charset=utf-8",
            Kind::Probe => "text/plain; charset=utf-8",
        };
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (421, Some(form)),
            "{}",
            route.name
        );
        assert!(refused.text().contains("public_url"), "{}", refused.text());
    }
    let wrong = server.ask("POST", "/metrics").send();
    assert_eq!(
        (wrong.status, wrong.header("content-type")),
        (405, Some("text/plain; charset=utf-8"))
    );
}

#[test]
fn who_is_signed_in_finds_the_way_on_from_an_address_that_is_none() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let cookie = server.sign_in();
    let way = "<nav aria-label=\"Pages\">";
    for (method, path, status) in [("GET", "/nothing", 404), ("POST", "/topology", 405)] {
        let page = server.ask(method, path).header("cookie", &cookie).send();
        assert_eq!(
            (page.status, page.text().contains(way)),
            (status, true),
            "{}",
            page.text()
        );
        let stranger = server.ask(method, path).send();
        assert_eq!((stranger.status, stranger.text().contains(way)), (status, false));
        let program = server.ask(method, path).token(ALL).send();
        assert_eq!((program.status, program.text().contains(way)), (status, false));
    }
}

#[test]
fn names_are_unique_and_every_route_is_described_or_a_page() {
    let names: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
    assert_eq!(names.len(), ROUTES.len());
    let description: serde_json::Value = serde_json::from_str(app::api::description::text()).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            described.insert((method.to_uppercase(), path.clone(), id));
        }
    }
    let api = ROUTES.iter().filter(|route| route.kind == Kind::Api);
    let routed: BTreeSet<_> = api
        .map(|route| (method(route).to_owned(), route.path.to_owned(), route.name.to_owned()))
        .collect();
    assert_eq!(described, routed);
    for route in ROUTES {
        assert_eq!(
            route.kind == Kind::Api,
            route.path.starts_with("/api/"),
            "{}",
            route.name
        );
        let open = route.access == Access::Open;
        let may_be_open = ["/livez", "/signin", "/assets/{*path}"].contains(&route.path);
        assert_eq!(open, may_be_open, "{}", route.name);
        let here = matches!(route.access, Access::Loopback(_));
        assert_eq!(here, route.kind == Kind::Probe && !open, "{}", route.name);
        if route.path.contains("/config") {
            assert_eq!(route.access, Access::Needs(Right::SeeConfig), "{}", route.name);
        }
    }
}

#[test]
fn every_route_that_needs_a_right_is_described_with_its_refusals() {
    let description: serde_json::Value = serde_json::from_str(app::api::description::text()).unwrap();
    for route in ROUTES.iter().filter(|route| route.kind == Kind::Api) {
        let responses = &description["paths"][route.path][method(route).to_lowercase()]["responses"];
        for status in ["401", "403"] {
            let schema = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
            let told = schema == "#/components/schemas/Problem";
            assert_eq!(
                told,
                matches!(route.access, Access::Needs(_)),
                "{} {status}: {responses:#}",
                route.name
            );
        }
    }
}

/// References of the description lead somewhere.
#[test]
fn the_description_is_whole() {
    let text = app::api::description::text();
    let description: serde_json::Value = serde_json::from_str(text).unwrap();
    for reference in text.split("\"#/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(description.pointer(&format!("/{reference}")).is_some(), "{reference}");
    }
}
