//! Names in paths, percent-decoded.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use model::names::{ClusterName, ConnectorId, ConnectorName};

use crate::http::Problem;

/// `{cluster}` of a path.
pub struct InCluster(pub ClusterName);

/// `{cluster}` and `{connector}` of a path.
pub struct OfConnector(pub ConnectorId);

/// `{cluster}` and `{class}` of a path.
pub struct OfPlugin(pub ClusterName, pub Arc<str>);

/// The alert that an address names.
#[derive(Debug)]
pub struct OfAlert(pub String);

impl<S: Send + Sync> FromRequestParts<S> for OfAlert {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(alert) = read::<String, S>(parts, state).await?;
        Ok(Self(alert))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OfPlugin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((cluster, class)) = read::<(String, String), S>(parts, state).await?;
        Ok(Self(ClusterName::from(cluster), class.into()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for InCluster {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(cluster) = read::<String, S>(parts, state).await?;
        Ok(Self(ClusterName::from(cluster)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OfConnector {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((cluster, name)) = read::<(String, String), S>(parts, state).await?;
        Ok(Self(ConnectorId {
            cluster: ClusterName::from(cluster),
            name: ConnectorName::from(name),
        }))
    }
}

async fn read<T, S>(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem>
where
    T: serde::de::DeserializeOwned + Send,
    S: Send + Sync,
{
    Path::from_request_parts(parts, state)
        .await
        .map_err(|rejection| Problem::of_rejection(rejection.status(), rejection.body_text()))
}
