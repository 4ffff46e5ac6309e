//! `[[kafka]]`: where Kafka is, and librdkafka's properties with their secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::KafkaSpec;

use super::error::{ConfigError, Origin, nearest};
use super::file::{Elsewhere, Kafka, Property};
use super::secret::Surroundings;

pub(super) fn kafka(
    tables: Vec<Kafka>,
    origin: &Origin<'_>,
    around: &Surroundings<'_>,
) -> Result<BTreeMap<Arc<str>, KafkaSpec>, ConfigError> {
    let mut all = BTreeMap::new();
    for table in tables {
        let span = table.name.span();
        let name = table.name.into_inner().0;
        if table.bootstrap.trim().is_empty() {
            return Err(origin.error(Some(span), format!("the bootstrap of `{name}` is empty")));
        }
        let mut properties = BTreeMap::new();
        for (key, value) in table.properties {
            let at = value.span();
            if key == "bootstrap.servers" {
                return Err(origin.error(Some(at), "the brokers are named by bootstrap, above"));
            }
            if !KafkaSpec::knows_property(&key) {
                let known = KafkaSpec::property_names().iter().map(String::as_str);
                let message = match nearest(&key, known) {
                    Some(name) => format!("librdkafka knows no property `{key}`; did you mean `{name}`?"),
                    None => format!("librdkafka knows no property `{key}`"),
                };
                return Err(origin.error(Some(at), message));
            }
            let value = value.into_inner();
            if KafkaSpec::is_secret_property(&key) && !matches!(value, Property::Elsewhere(_)) {
                let message = format!(
                    "the value of {key} is a secret, and none stands here: write \"{key}\" = {{ file = \"PATH\" }} or \
                     {{ env = \"NAME\" }}"
                );
                return Err(origin.error(Some(at), message));
            }
            let refused = |why: String| origin.error(Some(at.clone()), format!("the property {key}: {why}"));
            let value = property(value, around).map_err(refused)?;
            KafkaSpec::check_property(&key, &value).map_err(|why| origin.error(Some(at), why))?;
            properties.insert(key, value);
        }
        let spec = KafkaSpec {
            bootstrap: table.bootstrap.trim().into(),
            properties,
        };
        if all.insert(Arc::from(name.as_str()), spec).is_some() {
            return Err(origin.error(Some(span), format!("there are two [[kafka]] named `{name}`")));
        }
    }
    Ok(all)
}

fn property(value: Property, around: &Surroundings<'_>) -> Result<String, String> {
    match value {
        Property::Text(text) => Ok(text),
        Property::Whole(number) => Ok(number.to_string()),
        Property::Decimal(number) => Ok(number.to_string()),
        Property::Truth(truth) => Ok(truth.to_string()),
        Property::Elsewhere(Elsewhere { file, env }) => around
            .one("", file.as_deref(), env.as_deref())
            .map_err(|why| why.replace("_file and _env", "file and env"))?
            .ok_or_else(|| "name a file or an env".to_owned()),
    }
}
