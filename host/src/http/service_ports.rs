//! The services' own ports: one listener for each plugin, opened and closed as the registry changes.
//!
//! A standard analyzer has its fixed port, which must be free when the gateway starts. Another plugin gets
//! the port it had before, or the next free one, and keeps it across swaps and restarts; if someone else
//! has taken it meanwhile it gets another and its status says so.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::listener::{Listener, Server, bind};
use super::service_port::ServicePort;
use crate::analysis::ServiceName;
use crate::gateway::Gateway;
use crate::registry::{Backend, Port};
use crate::state::{State, StateError};

/// Which ports are for whom.
#[derive(Clone, Debug)]
pub struct PortPlan {
    /// The address to listen on.
    pub bind: IpAddr,
    /// The ports that belong to certain services, taken or not.
    pub fixed: BTreeMap<ServiceName, u16>,
    /// The first port for any other service; 0 lets the system choose each.
    pub first_free: u16,
}

/// A port that must be free and is not.
#[derive(Debug, thiserror::Error)]
#[error("port {} of {owner} cannot be used", .address.port())]
pub struct PortError {
    address: SocketAddr,
    owner: String,
    source: io::Error,
}

impl PortPlan {
    /// Binds the fixed ports of the services that are sure to come, before anything else can take them.
    ///
    /// # Errors
    ///
    /// [`PortError`] for the first that is taken.
    pub async fn bind_fixed(
        &self,
        services: &[ServiceName],
    ) -> Result<HashMap<ServiceName, TcpListener>, PortError> {
        let mut listeners = HashMap::new();
        for (name, port) in self.fixed.iter().filter(|(name, _)| services.contains(name)) {
            listeners.insert(name.clone(), self.bind(*port, name.as_str()).await?);
        }
        Ok(listeners)
    }

    async fn bind(&self, port: u16, owner: &str) -> Result<TcpListener, PortError> {
        let address = SocketAddr::new(self.bind, port);
        bind(address).await.map_err(|source| PortError { address, owner: owner.to_owned(), source })
    }
}

/// Opens and closes the services' ports.
pub struct ServicePorts {
    plan: PortPlan,
    gateway: Arc<Gateway>,
    state: State,
    server: Server,
    /// Bound at the start, for services that are to come.
    reserved: HashMap<ServiceName, TcpListener>,
    remembered: BTreeMap<ServiceName, u16>,
    open: HashMap<ServiceName, Listener>,
}

impl ServicePorts {
    /// Takes over the listeners that [`PortPlan::bind_fixed`] bound.
    ///
    /// # Errors
    ///
    /// [`StateError`] if the remembered ports cannot be read.
    pub async fn new(
        plan: PortPlan,
        reserved: HashMap<ServiceName, TcpListener>,
        gateway: Arc<Gateway>,
        state: State,
        server: Server,
    ) -> Result<Self, StateError> {
        let remembered = state.ports().await?;
        Ok(Self { plan, gateway, state, server, reserved, remembered, open: HashMap::new() })
    }

    /// Follows the registry until it is told to stop.
    pub async fn follow(mut self, stop: CancellationToken) {
        let mut changes = self.gateway.registry().changes();
        loop {
            self.reconcile().await;
            tokio::select! {
                () = stop.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Opens a port for every plugin that has none, and closes those of plugins that are gone.
    pub async fn reconcile(&mut self) {
        let snapshot = self.gateway.registry().snapshot();
        let plugins =
            snapshot.services().iter().filter(|service| matches!(service.backend, Backend::Plugin(_)));
        let names: Vec<ServiceName> = plugins.map(|service| service.name.clone()).collect();
        let gone: Vec<ServiceName> = self.open.keys().filter(|name| !names.contains(name)).cloned().collect();
        for name in gone {
            if let Some(listener) = self.open.remove(&name) {
                listener.close().await;
            }
            self.gateway.registry().assign_port(name, None);
        }
        for name in names {
            if !self.open.contains_key(&name) {
                self.open_port(name).await;
            }
        }
    }

    async fn open_port(&mut self, name: ServiceName) {
        let Some((listener, instead_of)) = self.listener(&name).await else {
            tracing::error!(service = %name, "no port is free; the service answers at the gateway's port only");
            return;
        };
        let Ok(address) = listener.local_addr() else { return };
        let number = address.port();
        let port = ServicePort::new(Arc::clone(&self.gateway), name.clone());
        self.open.insert(name.clone(), self.server.serve(listener, port));
        match instead_of {
            Some(wanted) => {
                tracing::warn!(service = %name, port = number, wanted, "its port is taken; it has another")
            }
            None => tracing::info!(service = %name, port = number, "port opened"),
        }
        if instead_of.is_none() && !self.plan.fixed.contains_key(&name) {
            self.remember(&name, number).await;
        }
        self.gateway.registry().assign_port(name, Some(Port { number, instead_of }));
    }

    /// A listener for a service, and the port it should have had if it has another.
    async fn listener(&mut self, name: &ServiceName) -> Option<(TcpListener, Option<u16>)> {
        if let Some(reserved) = self.reserved.remove(name) {
            return Some((reserved, None));
        }
        let remembered =
            self.remembered.get(name).filter(|port| !self.plan.fixed.values().any(|fixed| fixed == *port));
        let wanted = self.plan.fixed.get(name).or(remembered).copied();
        if let Some(port) = wanted
            && let Ok(listener) = bind(SocketAddr::new(self.plan.bind, port)).await
        {
            return Some((listener, None));
        }
        let mut port = self.plan.first_free;
        loop {
            let others = self.plan.fixed.iter().chain(&self.remembered).filter(|(other, _)| *other != name);
            let is_anothers = port != 0 && others.into_iter().any(|(_, taken)| *taken == port);
            if !is_anothers && let Ok(listener) = bind(SocketAddr::new(self.plan.bind, port)).await {
                return Some((listener, wanted));
            }
            port = port.checked_add(1).filter(|_| port != 0)?;
        }
    }

    async fn remember(&mut self, name: &ServiceName, port: u16) {
        if self.remembered.get(name) == Some(&port) {
            return;
        }
        self.remembered.insert(name.clone(), port);
        if let Err(error) = self.state.remember_port(name.clone(), port).await {
            tracing::error!(service = %name, port, %error, "the port is not remembered");
        }
    }
}
