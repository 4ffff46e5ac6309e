//! The configuration file: what is understood, and what every refusal says.

use std::path::Path;
use std::time::Duration;

use app::config::{self, Config, Variables};
use engine::Auth;
use model::actor::Right;

fn read(text: &str) -> Result<Config, String> {
    with(text, &[])
}

fn with(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables: Variables = variables
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    config::parse(Some(Path::new("/etc/s.toml")), text, &variables).map_err(|error| error.to_string())
}

fn refusal(text: &str) -> String {
    read(text).err().unwrap()
}

#[test]
fn the_printed_defaults_are_what_an_empty_file_means() {
    let (printed, empty) = (read(config::DEFAULTS).unwrap(), read("").unwrap());
    assert!(printed.server == empty.server && printed.database == empty.database);
    assert!(printed.fleet.settings == empty.fleet.settings && printed.fleet.allow == empty.fleet.allow);
    assert_eq!(empty.server.listen.to_string(), "127.0.0.1:8480");
    assert!(config::summary(&empty).contains("keeps history for 90d"));
    // What the database's library notes of every slow statement is no news to whoever reads the log.
    assert!(printed.telemetry.log == empty.telemetry.log && empty.telemetry.log.contains("sqlx=error"));
}

/// Every example behind a `#` must be right once its files are there.
#[test]
fn the_commented_examples_hold() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["ca.pem", "client.pem", "client.key", "secret"] {
        std::fs::write(folder.path().join(file), "a-secret-of-some-length").unwrap();
    }
    let mut text = String::new();
    let key = |line: &str| {
        line.split(' ')
            .next()
            .is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    // The first paragraph is prose.
    for line in config::DEFAULTS.lines().skip_while(|line| !line.is_empty()) {
        let example = line.strip_prefix("# ").unwrap_or(line);
        let is_code = example.starts_with('[') || example.starts_with('"') || (key(example) && example.contains(" = "));
        if is_code {
            text.push_str(
                &example
                    .replace("/run/secrets/", "")
                    .replace("-token\"", "\"")
                    .replace("kafka-password", "secret"),
            );
            text.push('\n');
        }
    }
    let text = text
        .replace("connect-password", "secret")
        .replace("otlp-authorization", "secret")
        .replace("\"signalbox-ci\"", "\"secret\"");
    let config = config::parse(Some(&folder.path().join("s.toml")), &text, &Variables::new());
    let config = config
        .map_err(|error| format!("{error}\n{text}"))
        .map_err(|e| e.to_string())
        .unwrap();
    let cluster = &config.fleet.clusters[0];
    assert_eq!(
        (cluster.urls.len(), config.fleet.teams.len(), config.tokens.len()),
        (2, 2, 1)
    );
    assert!(matches!(&cluster.auth, Some(Auth::Basic { password, .. }) if password == "a-secret-of-some-length"));
    assert_eq!(
        config.fleet.kafka["main"].properties["sasl.password"],
        "a-secret-of-some-length"
    );
    let summary = config::summary(&config);
    assert!(!summary.contains("a-secret"), "{summary}");
    assert!(
        summary.contains("cluster   orders: https://connect-1.example.com:8083/"),
        "{summary}"
    );
}

#[test]
fn refusals_name_the_place_and_the_nearest_key() {
    for (text, expected) in [
        (
            "[observe]\nintervall = \"5s\"",
            "/etc/s.toml:2:1: unknown key `intervall`; did you mean `interval`?",
        ),
        (
            "[observe]\ninterval = \"5 s\"",
            "/etc/s.toml:2:12: `5 s` is no duration",
        ),
        (
            "[sever]\n",
            "/etc/s.toml:1:2: unknown key `sever`; did you mean `server`?",
        ),
        (
            "[server]\nlisten = \"0.0.0.0:8480\"",
            "/etc/s.toml:2:10: `0.0.0.0:8480` is no loopback address",
        ),
        (
            "[database]\nhistory = \"12h\"",
            "/etc/s.toml:2:11: `12h` must be \"1d\" or more",
        ),
        (
            "[database]\nurl = \"mysql://signalbox@db/x\"",
            "/etc/s.toml:2:7: [database] url must be an address like postgres://",
        ),
        (
            "[database]\nhistory = \"30d\"\nurl = \"postgres://u:hunter2@ho st/db\"",
            "/etc/s.toml:3:7: [database] url must be an address like postgres://",
        ),
        (
            "[database]\nurl = \"postgres://u:hunter2@host:port/db\"",
            "/etc/s.toml:2:7: [database] url must be an address like postgres://",
        ),
        (
            "database = { url = \"postgres://h/x\", owner_url = \"mysql://h/x\" }",
            "/etc/s.toml:1:50: [database] owner_url must be an address like postgres://",
        ),
        (
            "[database]\nowner_url = \"postgres://h/x\"",
            "/etc/s.toml:2:13: [database] owner_url is given without url",
        ),
        (
            "[database]\nurl_file = \"/nowhere\"",
            "/etc/s.toml:2:12: [database] /nowhere: ",
        ),
        (
            "[observe]\ninterval = \"5s\"\nstale_after = \"2s\"",
            "/etc/s.toml:3:15: [observe] stale_after must be longer than interval",
        ),
        (
            "[observe]\ninterval = \"9m\"",
            "/etc/s.toml:2:12: [observe] stale_after must be longer than interval",
        ),
        ("[alerting]\n", "unknown key `alerting`; known here: server, database"),
        ("[[clusters]]\nname = \"a\"", "missing field `urls`"),
        (
            "[[clusters]]\nname = \"a\"\nurls = []",
            "/etc/s.toml:3:8: a cluster needs the address",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"http://x\"]\nkafka = \"k\"",
            "/etc/s.toml:4:9: there is no [[kafka]] named `k`",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"ftp://x\"]",
            "/etc/s.toml:3:8: `ftp://x` is no http or https address",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"http://x\"]\nauth = { basic = \"u\", password = \"p\" }",
            "unknown key `password`; did you mean `password_env`?",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"http://x\"]\nauth = { basic = \"u\" }",
            "/etc/s.toml:4:8: auth takes basic",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"http://x\"]\n[[clusters]]\nname = \"b\"\nformerly = [\"a\"]\nurls = [\"http://y\"]",
            "/etc/s.toml:5:8: the clusters `a` and `b` share a name",
        ),
        (
            "[[clusters]]\nname = \"a\"\nurls = [\"http://X:80/\"]\n[[clusters]]\nname = \"b\"\nurls = [\"http://y\", \"http://x\"]",
            "/etc/s.toml:6:8: the clusters `a` and `b` have the same address http://x",
        ),
        (
            "[[teams]]\nname = \"a\"\nowns = [{ connector = \"[\" }]",
            "/etc/s.toml:3:9: `[` is no glob",
        ),
        ("[[teams]]\nname = \"a\"\nowns = [{}]", "this rule names nothing"),
        (
            "[[objectives]]\nmatch = { connector = \"a*\" }",
            "/etc/s.toml:2:9: this objective asks nothing: give it stall_window",
        ),
        (
            "[[teams]]\nname = \"shop\"\n[[objectives]]\nmatch = { team = \"shap\" }\nlag_records = 5",
            "/etc/s.toml:4:9: there is no team named `shap`; did you mean `shop`?",
        ),
        (
            "[[objectives]]\nmatch = { connector = \"[\" }\nlag_seconds = 5",
            "/etc/s.toml:2:9: `[` is no glob",
        ),
        (
            "[[objectives]]\nmatch = { conector = \"a\" }\nlag_seconds = 5",
            "unknown key `conector`; did you mean `connector`?",
        ),
        ("[[objectives]]\nlag_seconds = -5", "/etc/s.toml:2:15: "),
        (
            "[[tokens]]\nname = \"a\"\nfile = \"/nowhere\"\nrights = [\"see\"]",
            "/etc/s.toml:3:8: /nowhere: ",
        ),
        (
            "[[kafka]]\nname = \"k\"\nbootstrap = \"b:9092\"\n[kafka.properties]\n\"security.protokoll\" = \"SSL\"",
            "/etc/s.toml:5:24: librdkafka knows no property `security.protokoll`; did you mean `security.protocol`?",
        ),
        (
            "[[kafka]]\nname = \"k\"\nbootstrap = \"b:9092\"\nproperties = { \"zzz\" = 1 }",
            "librdkafka knows no property `zzz`",
        ),
        (
            "[[kafka]]\nname = \"k\"\nbootstrap = \"b:9092\"\nproperties = { \"sasl.password\" = \"hunter2\" }",
            "the value of sasl.password is a secret, and none stands here: write \"sasl.password\" = { file = \"PATH\" } or { env",
        ),
        (
            "[[kafka]]\nname = \"k\"\nbootstrap = \"b:9092\"\nproperties = { \"security.protocol\" = \"hunter2\" }",
            "/etc/s.toml:4:38: Kafka property `security.protocol`: librdkafka does not accept its value",
        ),
        ("[server\n", "/etc/s.toml:1:8: "),
    ] {
        let error = refusal(text);
        assert!(error.contains(expected), "for {text:?}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn the_environment_overrides() {
    let config = with(
        "[observe]\ninterval = \"5s\"\n[database]\nurl = \"postgres://file/x\"",
        &[
            ("SIGNALBOX__OBSERVE__INTERVAL", "250ms"),
            ("SIGNALBOX__DATABASE__HISTORY", "400d"),
            ("SIGNALBOX__SERVER__LISTEN", "127.0.0.1:9000"),
            ("SIGNALBOX__EGRESS__ALLOW", "[\"10.1.2.3/16\"]"),
            ("DATABASE_URL", "postgres://env/x"),
        ],
    );
    let config = config.unwrap();
    assert_eq!(
        config.fleet.settings.interval.to_std().unwrap(),
        Duration::from_millis(250)
    );
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(config.fleet.allow, ["10.1.0.0/16"]);
    assert_eq!(config.database.history, Duration::from_secs(400 * 86_400));
    // The customary variable fills a gap; it does not overrule the file.
    assert_eq!(config.database.url.as_deref(), Some("postgres://file/x"));
    let config = with("", &[("DATABASE_URL", "postgres://env/x")]).unwrap();
    assert_eq!(config.database.url.as_deref(), Some("postgres://env/x"));
    for (name, value, expected) in [
        (
            "SIGNALBOX__OBSERVE__INTERVALL",
            "5s",
            "environment variable SIGNALBOX__OBSERVE__INTERVALL: unknown key",
        ),
        ("SIGNALBOX__OBSERVE__INTERVAL", "soon", "`soon` is no duration"),
        (
            "SIGNALBOX__OBSERVE__INTERVAL",
            "9m",
            "environment variable SIGNALBOX__OBSERVE__INTERVAL: [observe] stale_after must be longer",
        ),
        (
            "SIGNALBOX__DATABASE__URL",
            "postgres://u:p@ho st/db",
            "environment variable SIGNALBOX__DATABASE__URL: [database] url must be an address",
        ),
        (
            "DATABASE_URL",
            "mysql://h/x",
            "environment variable DATABASE_URL: [database] url must be an address",
        ),
        (
            "SIGNALBOX__CLUSTERS__NAME",
            "x",
            "there is no table `clusters` that a variable can set",
        ),
    ] {
        let error = with("", &[(name, value)]).err().unwrap();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn equal_settings_have_an_equal_revision() {
    let revision = |text: &str| read(text).unwrap().fleet.settings.revision;
    assert_eq!(revision(""), revision("[observe]\ninterval = \"5000ms\""));
    assert_ne!(revision(""), revision("[observe]\ninterval = \"6s\""));
}

#[test]
fn tokens_are_kept_as_hashes_with_their_rights() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t"), "0123456789abcdef\n").unwrap();
    let text = "[[tokens]]\nname = \"ci\"\nfile = \"t\"\nrights = [\"all\"]";
    let config = config::parse(Some(&folder.path().join("s.toml")), text, &Variables::new())
        .ok()
        .unwrap();
    assert_eq!(config.tokens[0].rights, Right::ALL.into());
    let text = text.replace("all", "seee");
    let error = config::parse(Some(&folder.path().join("s.toml")), &text, &Variables::new())
        .err()
        .unwrap();
    assert!(error.to_string().contains("`seee` is no right"), "{error}");
}

#[test]
fn clusters_behind_one_gateway_are_told_apart_by_their_paths() {
    let text = "[[clusters]]\nname = \"a\"\nurls = [\"http://gateway/a\"]\n[[clusters]]\nname = \"b\"\nurls = [\"http://gateway/b\"]";
    assert_eq!(read(text).unwrap().fleet.clusters.len(), 2);
    let text = text.replace("gateway/b", "gateway/a/");
    assert!(
        refusal(&text).contains("have the same address http://gateway/a:"),
        "{}",
        refusal(&text)
    );
}

#[test]
fn objectives_are_asked_of_whom_they_match_and_have_a_part_in_the_revision() {
    let text = "[[teams]]\nname = \"shop\"\n\
                [[objectives]]\nlag_seconds = 300\n\
                [[objectives]]\nmatch = { team = \"shop\", cluster = \"prod-*\" }\nstall_window = \"5m\"\nlag_records = 10000\n";
    let config = read(text).unwrap();
    let of = |cluster: &str, team: Option<&str>| {
        let team = team.map(model::names::TeamName::from);
        let asked = config
            .fleet
            .objectives
            .of(&cluster.into(), &"orders".into(), team.as_ref());
        (
            asked.stall_window.map(|time| time.num_minutes()),
            asked.lag_records,
            asked.lag_seconds,
        )
    };
    assert_eq!(of("prod-eu", Some("shop")), (Some(5), Some(10_000), Some(300)));
    assert_eq!(of("prod-eu", None), (None, None, Some(300)));
    assert!(config::summary(&config).contains("objective 2 rules"));
    let revision = |text: &str| read(text).unwrap().fleet.settings.revision;
    assert_eq!(revision(text), revision(text));
    assert_ne!(revision(text), revision(&text.replace("10000", "10001")));
    assert_ne!(revision(text), revision(&text.replace("prod-*", "prod*")));
}
