//! Is the database there, does its clock agree, and may the server do there what it has to?

use chrono::TimeDelta;
use model::Clock;
use model::secrets::Fingerprint;
use store::{RIGHTS, Standing, Store};

use super::finding::{Finding, Severity};

const SUBJECT: &str = "database";
/// A difference of clocks beyond which times in history mislead.
const CLOCKS: TimeDelta = TimeDelta::seconds(5);

/// What belongs to a database beside its address.
#[derive(Clone, Copy, Debug, Default)]
pub struct DatabaseBeside<'a> {
    /// The way there with the role that owns the tables, where that is another.
    pub owner: Option<&'a Store>,
    /// The identity of this server's secret key, where there is one yet.
    pub key: Option<&'a Fingerprint>,
}

pub(super) async fn examine(store: &Store, beside: DatabaseBeside<'_>, clock: &dyn Clock) -> Vec<Finding> {
    let health = match store.ping().await {
        Ok(health) => health,
        Err(error) => {
            return vec![
                Finding::of(SUBJECT, Severity::Problem, format!("it does not answer: {error}"))
                    .todo("check `[database] url`, that Postgres runs there and that this machine may connect"),
            ];
        }
    };
    let text = format!(
        "Postgres {} answers within {} ms",
        health.version,
        health.latency.as_millis()
    );
    let mut findings = vec![Finding::good(SUBJECT, text)];
    let apart = (health.clock - clock.now()).abs();
    if apart <= CLOCKS {
        findings.push(Finding::good(SUBJECT, "its clock agrees with this machine's"));
    } else {
        findings.push(
            Finding::of(
                SUBJECT,
                Severity::Warning,
                format!("its clock is {} s away from this machine's", apart.num_seconds()),
            )
            .todo("let both machines follow a time server; times in history come from this machine's clock"),
        );
    }
    findings.extend(usable(store, beside).await);
    findings
}

/// What keeps a server from becoming ready though the database answers.
async fn usable(store: &Store, beside: DatabaseBeside<'_>) -> Vec<Finding> {
    let problem = |text: String| Finding::of(SUBJECT, Severity::Problem, text);
    let server = match store.standing().await {
        Ok(standing) => standing,
        Err(error) => {
            return vec![
                problem(format!("what its role may do there cannot be told: {error}"))
                    .todo("check the role of `[database] url` with who runs Postgres"),
            ];
        }
    };
    let owner = match beside.owner {
        None => None,
        Some(owner) => match owner.standing().await {
            Ok(standing) => Some(standing),
            Err(error) => {
                return vec![
                    problem(format!("it does not let in the owner of the tables: {error}"))
                        .todo("correct `[database] owner_url`: the server brings the schema up to date with it when it starts"),
                ];
            }
        },
    };
    let mut findings = Vec::new();
    findings.extend(migrations(owner.as_ref().unwrap_or(&server), owner.is_some()));
    findings.extend(rights(&server, owner.is_some()));
    if let (Some(theirs), Some(ours)) = (&server.key, beside.key)
        && theirs != ours
    {
        let text = format!(
            "it was written with another secret key (its fingerprint is {}, this server's is {}): the server will refuse it",
            theirs.short(),
            ours.short()
        );
        findings.push(problem(text).todo(
            "name with `[server] secret_key_file` the key that goes with this database, or another database with `[database] url`",
        ));
    }
    findings
}

/// Whether whoever brings the schema up to date may.
fn migrations(owner: &Standing, own: bool) -> Option<Finding> {
    if owner.may_define || !owner.behind {
        return None;
    }
    let role = &owner.role;
    let text = format!("its schema is not that of this version, and role {role} may not make tables in it");
    let todo = match own {
        true => format!(
            "as a superuser: `GRANT CREATE ON SCHEMA public TO {role}`, or name the database's owner in `[database] owner_url`"
        ),
        false => format!(
            "as a superuser: `GRANT CREATE ON SCHEMA public TO {role}`, or name a role that may as `[database] owner_url`"
        ),
    };
    Some(Finding::of(SUBJECT, Severity::Problem, text).todo(todo))
}

/// Whether the role that the server runs as may read what it has to. Where another one makes the tables, it must be in
/// the role that is granted the rights.
fn rights(server: &Standing, owned_by_another: bool) -> Option<Finding> {
    let role = &server.role;
    let grant = format!(
        "as a superuser: `CREATE ROLE {RIGHTS} NOLOGIN` unless it is there, and `GRANT {RIGHTS} TO {role}`; the server grants \
         {RIGHTS} its rights whenever it starts"
    );
    let problem = |text: String| Some(Finding::of(SUBJECT, Severity::Problem, text).todo(grant));
    match server.unreadable.as_slice() {
        // Granted with the next start.
        [..] if server.in_rights => None,
        [] if !owned_by_another || server.migrated.is_some() && !server.behind => None,
        [] => problem(format!(
            "role {role} will not be able to read the tables that the role of `owner_url` makes: it is not in {RIGHTS}"
        )),
        [first, others @ ..] => {
            let others = match others.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            problem(format!(
                "role {role} may not read the table {first}{others}: it is not in {RIGHTS}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            role: "app".to_owned(),
            may_define: false,
            in_rights: false,
            unreadable: Vec::new(),
            migrated: Some(7),
            behind: false,
            key: None,
        }
    }

    #[test]
    fn whoever_cannot_bring_the_schema_up_to_date_is_told_so() {
        let behind = Standing {
            behind: true,
            ..standing()
        };
        assert!(migrations(&behind, false).is_some_and(|found| found.text.contains("role app")));
        assert!(migrations(&behind, true).is_some());
        assert_eq!(migrations(&standing(), false), None, "nothing is to be done");
        let may = Standing {
            may_define: true,
            ..behind
        };
        assert_eq!(migrations(&may, false), None);
    }

    #[test]
    fn a_role_that_cannot_read_is_told_so_before_and_after_the_tables_are_made() {
        let empty = Standing {
            migrated: None,
            behind: true,
            ..standing()
        };
        assert!(
            rights(&empty, true).is_some(),
            "the owner's tables will be closed to it"
        );
        assert_eq!(rights(&empty, false), None, "it makes its own");
        let closed = Standing {
            unreadable: vec!["connectors".to_owned(), "feed".to_owned()],
            migrated: None,
            ..standing()
        };
        for owned_by_another in [true, false] {
            let found = rights(&closed, owned_by_another).expect("it cannot read");
            assert!(found.text.contains("connectors and 1 more"), "{}", found.text);
            assert!(
                found
                    .todo
                    .is_some_and(|todo| todo.contains("GRANT signalbox_server TO app"))
            );
        }
        let granted = Standing {
            in_rights: true,
            ..closed
        };
        assert_eq!(rights(&granted, true), None, "it is granted with the next start");
        assert_eq!(rights(&standing(), true), None, "it reads all that there is");
    }
}
