//! What the operator decides: what an analysis may cost, and how a service's instances are used.

use std::collections::HashMap;

use super::isolation::Isolation;
use super::limits::Limits;
use crate::analysis::{Member, ServiceName};

/// Largest component by default: room for a language runtime and a model.
const DEFAULT_COMPONENT_BYTES: u64 = 64 * 1024 * 1024;

/// What the operator decided for services: limits and settings, by name and in general.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Largest component that is looked at, in bytes.
    pub component_bytes: u64,
    /// For services without an entry of their own.
    pub default: ServicePolicy,
    /// For the services of these names.
    pub services: HashMap<ServiceName, ServicePolicy>,
}

/// What the operator decided for one service.
#[derive(Clone, Debug)]
pub struct ServicePolicy {
    /// What an analysis may cost.
    pub limits: Limits,
    /// Whether an instance serves one document or several.
    pub isolation: Isolation,
    /// How many instances wait for their first document, at most, where making one takes long.
    pub ready_instances: usize,
    /// Settings that take the place of the analyzer's own defaults.
    pub settings: Vec<Member>,
}

/// So many requests at once find an instance made: more than one, or a second that comes right behind finds none.
const READY_INSTANCES: usize = 4;

impl Default for ServicePolicy {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            isolation: Isolation::default(),
            ready_instances: READY_INSTANCES,
            settings: Vec::new(),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            component_bytes: DEFAULT_COMPONENT_BYTES,
            default: ServicePolicy::default(),
            services: HashMap::new(),
        }
    }
}

impl Policy {
    pub(super) fn of(&self, name: &ServiceName) -> &ServicePolicy {
        self.services.get(name).unwrap_or(&self.default)
    }
}
