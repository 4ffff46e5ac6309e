//! The table of routes: the router, the API's description and the tests of admission are all made from it.

use axum::routing::{get, post, put};
use model::actor::Right::{Administer, See, SeeConfig};

use super::route::Access::{Loopback, Needs, Open, Session};
use super::route::Verb::{Get, Post, Put};
use super::route::{Kind, Limits, Route};
use super::{assets, door, export, pages, preferences, probe, runbooks, system};
use crate::api::{
    self, clusters, completions, connectors, counts, description, events, faults, history, measures, plugins, topology,
};

macro_rules! routes {
    ($($verb:ident $path:literal $name:literal $access:expr, $kind:ident $limits:ident => $handler:expr;)*) => {
        &[$(Route {
            verb: $verb,
            path: $path,
            name: $name,
            access: $access,
            kind: Kind::$kind,
            limits: Limits::$limits,
            handler: || $handler,
        }),*]
    };
}

/// Every address that the server answers.
#[rustfmt::skip]
pub static ROUTES: &[Route] = routes! {
    Get  "/livez"   "livez"   Open,          Probe PROBE => get(probe::live);
    Get  "/readyz"  "readyz"  Loopback(See), Probe PROBE => get(probe::ready);
    Get  "/metrics" "metrics" Loopback(See), Probe PROBE => get(probe::metrics);

    Get  "/signin"         "show_sign_in" Open,    Page READ => get(door::show);
    Post "/signin"         "sign_in"      Open,    Page FORM => post(door::enter);
    Post "/signout"        "sign_out"     Session, Page FORM => post(door::leave);
    Post "/preferences"    "choose_preferences" Session, Page FORM => post(preferences::choose);
    Get  "/assets/{*path}" "asset"        Open,    Page READ => get(assets::asset);

    Get "/"                   "overview_page"          Needs(See), Page READ => get(pages::overview);
    Get "/connectors"         "connectors_page"        Needs(See), Page READ => get(pages::connectors);
    Get "/connectors.csv"     "connectors_csv"         Needs(See), Page READ => get(export::connectors);
    Get "/connectors/by-name" "connector_by_name_page" Needs(See), Page READ => get(pages::connector_by_name);
    Get "/clusters"           "clusters_page"          Needs(See), Page READ => get(pages::clusters);
    Get "/clusters/{cluster}" "cluster_page"           Needs(See), Page READ => get(pages::cluster);
    Get "/clusters/{cluster}/connectors/{connector}" "connector_page" Needs(See), Page READ => get(pages::connector);
    Get "/topology"           "topology_page"          Needs(See), Page READ => get(pages::topology);
    Get "/clusters/{cluster}/plugins/{class}" "plugin_page" Needs(SeeConfig), Page READ => get(pages::plugin);
    Get "/timeline"           "timeline_page"          Needs(See), Page READ => get(pages::timeline);
    Get "/runbooks"           "runbooks_page"          Needs(See), Page READ => get(runbooks::all);
    Get "/runbooks/{alert}"   "runbook_page"           Needs(See), Page READ => get(runbooks::one);
    Get  "/system"            "system_page"            Needs(See), Page READ => get(system::page);
    Post "/system/log"        "change_log_page"        Needs(Administer), Page FORM => post(system::change_log);

    Get "/api/v1/clusters"           "list_clusters" Needs(See), Api READ => get(clusters::list);
    Get "/api/v1/clusters/{cluster}" "get_cluster"   Needs(See), Api READ => get(clusters::one);
    Get "/api/v1/clusters/{cluster}/lamps" "list_lamps" Needs(See), Api READ => get(counts::lamps);
    Get "/api/v1/connectors"         "list_connectors" Needs(See), Api READ => get(connectors::list);
    Get "/api/v1/connectors/counts"  "list_connector_counts" Needs(See), Api READ => get(counts::list);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}" "get_connector" Needs(See), Api READ => get(connectors::one);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/lag" "get_connector_lag" Needs(See), Api READ => get(connectors::lag);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/measures" "list_connector_measures" Needs(See), Api READ => get(measures::list);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/config" "get_connector_config" Needs(SeeConfig), Api READ => get(connectors::config);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/config/versions" "list_connector_config_versions" Needs(SeeConfig), Api READ => get(history::config_versions);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/config/diff" "diff_connector_config" Needs(SeeConfig), Api READ => get(history::config_diff);
    Get "/api/v1/clusters/{cluster}/plugins/{class}" "get_plugin" Needs(SeeConfig), Api READ => get(plugins::one);
    Get "/api/v1/clusters/{cluster}/connectors/{connector}/timeline" "get_connector_timeline" Needs(See), Api READ => get(history::timeline);
    Get "/api/v1/topology"     "get_topology" Needs(See), Api READ => get(topology::get);
    Get "/api/v1/completions"  "list_completions" Needs(See), Api READ => get(completions::list);
    Get "/api/v1/workers"      "list_workers" Needs(See), Api READ => get(clusters::workers);
    Get "/api/v1/plugins"      "list_plugins" Needs(See), Api READ => get(clusters::plugins);
    Get "/api/v1/teams"        "list_teams"   Needs(See), Api READ => get(clusters::teams);
    Get "/api/v1/faults"       "list_faults"  Needs(See), Api READ => get(faults::list);
    Get "/api/v1/timeline"     "list_timeline" Needs(See), Api READ => get(history::whole);
    Get "/api/v1/events"       "events"       Needs(See), Api READ => get(events::events);
    Get "/api/v1/system"       "get_system"   Needs(See), Api READ => get(api::system::get);
    Put "/api/v1/system/log"   "change_log"   Needs(Administer), Api FORM => put(api::system::change_log);
    Get "/api/v1/openapi.json" "openapi"      Needs(See), Api READ => get(description::openapi);
};
