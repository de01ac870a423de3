//! The services without their listeners: what every command that analyzes begins with.

use std::sync::Arc;

use super::settings::Settings;
use super::{Failure, compiler};
use crate::folder::Folder;
use crate::gateway::Gateway;
use crate::http::GuestOutput;
use crate::lane::Lane;
use crate::plugin::{Cache, Engine, Loader, Traces};
use crate::registry::{Phase, Registry};
use crate::remote::{RemoteClient, RemoteUrl};
use crate::standard;
use crate::state::State;

/// A gateway, and where its services come from.
pub(super) struct House {
    pub(super) gateway: Arc<Gateway>,
    pub(super) engine: Engine,
    pub(super) state: State,
    pub(super) folder: Folder,
    loader: Loader,
}

impl House {
    /// Puts everything together. Nothing is served yet.
    pub(super) fn build(settings: &Settings) -> Result<Self, Failure> {
        let state = State::open(&settings.state)?;
        let registry = Arc::new(Registry::new(settings.admissions.clone()));
        let remotes = RemoteClient::new(settings.remote_limits)?;
        let gateway = Arc::new(Gateway::new(Arc::clone(&registry), state.clone(), remotes, Lane::open()?));
        // Who lets guests be seen sees all of them.
        let engine = Engine::new(match settings.guest_output {
            GuestOutput::Shown => Traces::SourceLines,
            GuestOutput::Hidden => Traces::Functions,
        })?;
        let loader =
            Loader::new(engine.clone(), compiler(settings)?, cache(settings), settings.policy.clone());
        let folder = Folder::open(&settings.plugins, loader.clone(), registry)?;
        Ok(Self { gateway, engine, state, folder, loader })
    }

    /// Loads the standard analyzers, the registered URLs and what lies in the folder.
    pub(super) async fn load(&mut self) -> Result<(), Failure> {
        let registry = self.gateway.registry();
        for plugin in standard::load(&self.loader).await? {
            registry.publish(plugin)?;
        }
        restore(registry, &self.state).await?;
        self.folder.load().await;
        Ok(())
    }

    /// Says that its services may be asked.
    pub(super) fn open(&self) {
        self.gateway.registry().enter(Phase::Serving);
    }
}

/// The compiled code of earlier runs. A gateway does without, if it must.
fn cache(settings: &Settings) -> Option<Cache> {
    let cache = Cache::open(settings.state.join("cache"));
    cache.inspect_err(|error| tracing::warn!(%error, "compiled code is not cached")).ok()
}

/// Registers the URLs of the last run again.
async fn restore(registry: &Registry, state: &State) -> Result<(), Failure> {
    for registration in state.registrations().await? {
        let name = registration.name;
        match RemoteUrl::parse(&registration.url) {
            Ok(url) => {
                if let Err(taken) = registry.register(name, url) {
                    tracing::warn!(%taken, "a registered URL is not served");
                }
            }
            Err(error) => tracing::warn!(service = %name, %error, "a registered URL is not served"),
        }
    }
    Ok(())
}
