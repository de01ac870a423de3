//! The standard analyzers, which travel inside the binary.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::analysis::ServiceName;
use crate::plugin::{LoadError, Loader, Origin, Plugin};

// Defines COMPONENTS: the name and the component of each standard analyzer, in the order of their ports.
include!(concat!(env!("OUT_DIR"), "/standard.rs"));

/// A standard analyzer that does not load: a defect of this build, or an unfit configuration of it.
#[derive(Debug, thiserror::Error)]
#[error("the standard analyzer `{name}` does not load")]
pub struct StandardError {
    name: &'static str,
    source: LoadError,
}

/// The names of the standard analyzers, in the order of their ports.
pub fn names() -> Vec<ServiceName> {
    COMPONENTS.iter().filter_map(|(name, _)| ServiceName::new(name).ok()).collect()
}

/// The component of a standard analyzer.
pub fn component(name: &str) -> Option<&'static [u8]> {
    COMPONENTS.iter().find(|(standard, _)| *standard == name).map(|(_, component)| *component)
}

/// Loads all of them at once.
///
/// # Errors
///
/// The first that does not load.
pub async fn load(loader: &Loader) -> Result<Vec<Arc<Plugin>>, StandardError> {
    let mut loading = JoinSet::new();
    for (place, (name, component)) in COMPONENTS.iter().enumerate() {
        let loader = loader.clone();
        loading.spawn(async move {
            let plugin = loader.load(Arc::from(*component), Origin::Embedded).await;
            plugin.map(|plugin| (place, plugin)).map_err(|source| StandardError { name, source })
        });
    }
    let mut plugins = loading.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    plugins.sort_by_key(|(place, _)| *place);
    Ok(plugins.into_iter().map(|(_, plugin)| plugin).collect())
}
