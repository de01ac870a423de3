//! Services as `GET /v1/services` lists them: those that serve, and the files that do not.

use serde::Serialize;

use crate::plugin::{Origin, Plugin};
use crate::registry::{Backend, Refused, Service, Snapshot};

/// One service or refused file.
#[derive(Debug, Serialize)]
pub(in super::super) struct ServiceBody {
    /// None for a file that was refused before it said its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    state: State,
    /// Why it does not serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Where it comes from.
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// Its port, if it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// The port it should have, if that was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    port_instead_of: Option<u16>,
    /// Whether each document gets an instance of its own: `fresh` or `reuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<String>,
    /// Its route on that port.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Serving,
    Refused,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    Embedded,
    File,
    Url,
}

/// Everything a snapshot knows.
pub(in super::super) fn listed(snapshot: &Snapshot) -> Vec<ServiceBody> {
    let serving = snapshot.services().iter().map(|service| ServiceBody::of(service));
    serving.chain(snapshot.refused().iter().map(ServiceBody::of_refused)).collect()
}

impl ServiceBody {
    const EMPTY: Self = Self {
        name: None,
        state: State::Serving,
        reason: None,
        source: Source::Embedded,
        file: None,
        sha256: None,
        url: None,
        version: None,
        summary: None,
        port: None,
        port_instead_of: None,
        instances: None,
        path: None,
    };

    pub(in super::super) fn of(service: &Service) -> Self {
        let named = Self {
            name: Some(service.name.to_string()),
            port: service.port.map(|port| port.number),
            port_instead_of: service.port.and_then(|port| port.instead_of),
            ..Self::EMPTY
        };
        match &service.backend {
            Backend::Plugin(plugin) => named.with_plugin(plugin),
            Backend::Remote(url) => Self { source: Source::Url, url: Some(url.to_string()), ..named },
        }
    }

    fn with_plugin(self, plugin: &Plugin) -> Self {
        let description = plugin.description();
        let file = match plugin.origin() {
            Origin::Embedded => None,
            Origin::File(file) => Some(file.display().to_string()),
        };
        Self {
            source: if file.is_some() { Source::File } else { Source::Embedded },
            file,
            sha256: Some(plugin.digest().to_string()),
            version: Some(description.version.to_string()),
            summary: Some(description.summary.clone()),
            instances: Some(plugin.isolation().to_string()),
            path: Some(description.path.to_string()),
            ..self
        }
    }

    fn of_refused(refused: &Refused) -> Self {
        Self {
            state: State::Refused,
            reason: Some(refused.reason.clone()),
            source: Source::File,
            file: Some(refused.file.display().to_string()),
            sha256: refused.digest.map(|digest| digest.to_string()),
            ..Self::EMPTY
        }
    }
}
