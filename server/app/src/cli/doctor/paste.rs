//! The lines to put into a configuration.

use engine::FleetSpec;

/// TOML for the clusters that were examined by their addresses.
pub fn lines(spec: &FleetSpec, bootstrap: Option<&str>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out = String::from("\nTo put into signalbox.toml:\n\n");
    if let Some(bootstrap) = bootstrap {
        out.push_str(&format!(
            "[[kafka]]\nname = \"main\"\nbootstrap = {}\n\n",
            quoted(bootstrap)
        ));
    }
    for cluster in &spec.clusters {
        let urls: Vec<String> = cluster
            .urls
            .iter()
            .map(|url| quoted(url.as_str().trim_end_matches('/')))
            .collect();
        out.push_str(&format!(
            "[[clusters]]\nname = {}\nurls = [{}]\n",
            quoted(cluster.name.as_str()),
            urls.join(", ")
        ));
        if let Some(kafka) = &cluster.kafka {
            out.push_str(&format!("kafka = {}\n", quoted(kafka)));
        }
    }
    out
}
