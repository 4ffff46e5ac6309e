//! `up`: a broker and Connect clusters, for work by hand.

use std::sync::Arc;

use clap::Args;
use lab::artifacts::NEWEST;
use lab::shell::{Bench, listen};
use lab::{ClusterSpec, Error, Lab, Result};

use super::place::Place;

#[derive(Debug, Args)]
pub struct UpArguments {
    /// A cluster as NAME[=VERSION[:WORKERS]]; may be repeated.
    #[arg(long = "cluster", value_name = "CLUSTER", default_value = "orders")]
    clusters: Vec<String>,
    /// Start a Postgres too.
    #[arg(long)]
    postgres: bool,
}

pub(super) async fn run(place: &Place, arguments: &UpArguments) -> Result<()> {
    let bench = start(place, &arguments.clusters).await?;
    if arguments.postgres {
        bench.lab().postgres().await?;
    }
    let directory = bench.lab().directory().display();
    bench.lab().progress().say(format!(
        "ready in {directory}; `{}` gives verbs, Ctrl-C ends everything",
        place.shell()
    ));
    listen(bench).await
}

/// Starts a lab with the clusters described.
pub(super) async fn start(place: &Place, clusters: &[String]) -> Result<Bench> {
    let specs = clusters.iter().map(|text| spec(text)).collect::<Result<Vec<_>>>()?;
    let lab = Arc::new(Lab::start(place.options()).await?);
    let mut running = Vec::new();
    for spec in specs {
        running.push(Arc::new(lab.connect_cluster(spec).await?));
    }
    Ok(Bench::new(lab, running))
}

fn spec(text: &str) -> Result<ClusterSpec> {
    let (name, rest) = text.split_once('=').unwrap_or((text, NEWEST));
    let (version, workers) = rest.split_once(':').unwrap_or((rest, "1"));
    let workers = workers
        .parse()
        .map_err(|_| Error::Usage(format!("{text}: {workers} is no number of workers")))?;
    Ok(ClusterSpec::new(name).version(version).workers(workers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_read() -> Result<()> {
        let spec = |text| super::spec(text).map(|spec| (spec.name, spec.version, spec.workers));
        assert_eq!(spec("a")?, ("a".to_owned(), NEWEST.to_owned(), 1));
        assert_eq!(spec("old=3.9.1:2")?, ("old".to_owned(), "3.9.1".to_owned(), 2));
        assert!(spec("a=4.3.1:many").is_err());
        Ok(())
    }
}
