//! Which Connect group is a cluster's, by who is in each.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::names::WorkerId;
use model::observe::GroupMembers;

use super::hints::Hints;

/// The group that has this cluster's workers. Which one it was stands until it is `deserted`, and then until its workers,
/// which go on listing, are in another: addresses of workers are given again, and that all of them are gone makes no other
/// group its own. Only of a cluster of which neither group nor workers are known the configured addresses decide, one of
/// which may be another cluster's by mistake. `Err` holds how many groups it could be.
pub(super) fn choose<'a>(
    groups: impl Iterator<Item = &'a GroupMembers> + Clone,
    hints: &Hints,
    configured: &BTreeSet<WorkerId>,
    deserted: bool,
) -> Result<Arc<str>, usize> {
    let having = |workers: &BTreeSet<WorkerId>| -> Vec<Arc<str>> {
        let has = |group: &&GroupMembers| group.members.iter().any(|member| workers.contains(&member.worker_id));
        groups.clone().filter(has).map(|group| group.group_id.clone()).collect()
    };
    let mut found = having(&addresses(hints));
    if let Some(before) = &hints.group {
        if !deserted || found.is_empty() || found.contains(before) {
            return Ok(before.clone());
        }
    } else if found.is_empty() {
        found = having(configured);
    }
    match found.as_slice() {
        [group] => Ok(group.clone()),
        several => Err(several.len()),
    }
}

/// Whether nobody is left in the group and workers listed since, as those do that were given another `group.id`.
pub(super) fn deserted(members: &GroupMembers, hints: &Hints) -> bool {
    members.members.is_empty() && !members.partial && hints.outlived && !hints.unheard
}

/// The addresses of this cluster's workers as they are known, of those too that are gone.
pub(super) fn addresses(hints: &Hints) -> BTreeSet<WorkerId> {
    hints.workers.union(&hints.gone).cloned().collect()
}

#[cfg(test)]
mod tests {
    use testkit::samples::group;

    use super::*;

    fn ids(workers: &[&str]) -> BTreeSet<WorkerId> {
        workers.iter().map(|id| WorkerId::from(*id)).collect()
    }

    fn hints(living: &[&str], gone: &[&str], before: Option<&str>) -> Hints {
        Hints {
            workers: ids(living),
            gone: ids(gone),
            group: before.map(Into::into),
            ..Hints::default()
        }
    }

    #[test]
    fn a_cluster_keeps_its_group_whatever_else_its_addresses_lead_to() {
        // Workers not known to be gone, those that are, the group before, configured addresses, and the group it is.
        let groups = [
            group("orders", &["a", "b"]),
            group("billing", &["c"]),
            group("none", &[]),
        ];
        type Case<'a> = (
            &'a str,
            &'a [&'a str],
            &'a [&'a str],
            Option<&'a str>,
            &'a [&'a str],
            Result<&'a str, usize>,
        );
        let cases: &[Case<'_>] = &[
            ("new, by its address", &[], &[], None, &["c"], Ok("billing")),
            ("new, addresses of two", &[], &[], None, &["a", "c"], Err(2)),
            ("new, behind an ingress", &[], &[], None, &["ingress"], Err(0)),
            ("a list told its worker", &["c"], &[], None, &["a", "c"], Ok("billing")),
            ("its worker is gone", &[], &["c"], None, &["a"], Ok("billing")),
            ("workers of two others", &["a", "c"], &[], None, &["a"], Err(2)),
        ];
        for (why, living, gone, before, configured, expected) in cases {
            let hints = hints(living, gone, *before);
            let chosen = choose(groups.iter(), &hints, &ids(configured), false);
            assert_eq!(chosen.as_deref().map_err(|several| *several), *expected, "{why}");
        }
        // One that is known stands: the address of a worker that is gone may be another cluster's by now.
        for (living, gone) in [
            (&[][..], &["c"][..]),
            (&["c"], &[]),
            (&["x"], &["c"]),
            (&["a", "c"], &[]),
        ] {
            for before in ["orders", "none"] {
                let hints = hints(living, gone, Some(before));
                let chosen = choose(groups.iter(), &hints, &ids(&["c"]), false);
                assert_eq!(chosen.as_deref(), Ok(before), "{living:?} {gone:?}");
            }
        }
        // Unless nobody is left in it, and its workers list from another.
        let moved = |living, before| choose(groups.iter(), &hints(living, &[], Some(before)), &ids(&["a"]), true);
        assert_eq!(moved(&["c"], "none").as_deref(), Ok("billing"));
        assert_eq!(moved(&["x"], "none").as_deref(), Ok("none"));
        assert_eq!(moved(&["a", "c"], "none"), Err(2));
    }

    #[test]
    fn a_group_is_deserted_where_it_is_surely_empty_and_its_workers_are_heard() {
        let heard = Hints {
            outlived: true,
            ..hints(&["a"], &[], Some("orders"))
        };
        assert!(deserted(&group("orders", &[]), &heard));
        assert!(!deserted(&group("orders", &["a"]), &heard));
        let partial = GroupMembers {
            partial: true,
            ..group("orders", &[])
        };
        assert!(!deserted(&partial, &heard), "who is left out may be in it");
        let unheard = Hints {
            unheard: true,
            ..heard.clone()
        };
        assert!(!deserted(&group("orders", &[]), &unheard));
        let before = Hints {
            outlived: false,
            ..heard
        };
        assert!(
            !deserted(&group("orders", &[]), &before),
            "its workers may have stopped"
        );
    }
}
