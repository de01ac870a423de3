//! Options as they are written: on the command line, in the environment, in the configuration file.
//!
//! Nothing is checked here beyond its form, and nothing has a default; see `settings`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Deserializer};

/// The options of every command. Each is also an environment variable, and a key of the configuration
/// file; the command line comes before the environment, and that before the file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Options {
    /// A TOML file with these options as keys, and tables per service.
    #[arg(long, env = "GLOSS_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub(super) config: Option<PathBuf>,
    /// The folder whose components are served [default: `plugins` in the state folder].
    #[arg(long, env = "GLOSS_PLUGINS", value_name = "DIR")]
    pub(super) plugins: Option<PathBuf>,
    /// The folder for what must survive a restart [default: the platform's data folder].
    #[arg(long, env = "GLOSS_STATE", value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1].
    #[arg(long, env = "GLOSS_BIND", value_name = "ADDR")]
    pub(super) bind: Option<IpAddr>,
    /// The gateway's port [default: 8000].
    #[arg(long, env = "GLOSS_PORT", value_name = "N")]
    pub(super) port: Option<u16>,
    /// The first of the services' own ports, or `off` to serve all at the gateway's [default: 8001].
    #[arg(long, env = "GLOSS_SERVICE_PORTS", value_name = "FIRST|off")]
    pub(super) service_ports: Option<ServicePortsOption>,
    /// The largest component that is looked at, in bytes [default: 64 MiB].
    #[arg(long, env = "GLOSS_COMPONENT_BYTES", value_name = "N")]
    pub(super) component_bytes: Option<u64>,
    /// How long compiling a component may take, in milliseconds [default: 600000].
    #[arg(long, env = "GLOSS_COMPILE_DEADLINE_MS", value_name = "N")]
    pub(super) compile_deadline_ms: Option<u64>,
    /// How much time of all processors together compiling a component may take, in milliseconds, in whole seconds [default: 120000].
    #[arg(long, env = "GLOSS_COMPILE_CPU_MS", value_name = "N")]
    pub(super) compile_cpu_ms: Option<u64>,
    /// How much memory compiling a component may take, in bytes [default: 4 GiB].
    #[arg(long, env = "GLOSS_COMPILE_MEMORY_BYTES", value_name = "N")]
    pub(super) compile_memory_bytes: Option<u64>,
    /// How long a registered URL may take to answer, in milliseconds [default: 10000].
    #[arg(long, env = "GLOSS_UPSTREAM_DEADLINE_MS", value_name = "N")]
    pub(super) upstream_deadline_ms: Option<u64>,
    /// The longest answer of a registered URL, in bytes [default: 8 MiB].
    #[arg(long, env = "GLOSS_UPSTREAM_ANSWER_BYTES", value_name = "N")]
    pub(super) upstream_answer_bytes: Option<usize>,
    /// How long requests that have begun may take when the gateway stops, in milliseconds [default: 10000].
    #[arg(long, env = "GLOSS_DRAIN_DEADLINE_MS", value_name = "N")]
    pub(super) drain_deadline_ms: Option<u64>,
    /// Show in a service's status what its guest printed before it last failed. It may quote texts.
    #[arg(long, env = "GLOSS_SHOW_GUEST_OUTPUT")]
    pub(super) show_guest_output: bool,
    /// What is logged: a level, or filters per module as in `gloss=debug` [default: info].
    #[arg(long, env = "GLOSS_LOG", value_name = "FILTER")]
    pub(super) log: Option<String>,
    /// How it is logged [default: text].
    #[arg(long, env = "GLOSS_LOG_FORMAT", value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
    /// Limits of every service that the file gives no others.
    #[arg(skip)]
    pub(super) defaults: ServiceOptions,
    /// Tables per service.
    #[arg(skip)]
    pub(super) services: BTreeMap<String, ServiceOptions>,
}

/// The table of one service in the configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ServiceOptions {
    pub(super) port: Option<u16>,
    pub(super) input_bytes: Option<usize>,
    pub(super) deadline_ms: Option<u64>,
    pub(super) memory_bytes: Option<usize>,
    pub(super) output_bytes: Option<usize>,
    pub(super) log_bytes: Option<usize>,
    pub(super) concurrency: Option<usize>,
    pub(super) queue: Option<usize>,
    pub(super) instances: Option<InstancesOption>,
    pub(super) recycle: Option<NonZeroU32>,
    pub(super) ready_instances: Option<usize>,
    pub(super) settings: BTreeMap<String, toml::Value>,
}

/// `instances`: whether one serves one document or several.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum InstancesOption {
    Fresh,
    Reuse,
}

/// `--service-ports`: the first port, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServicePortsOption {
    Off,
    First(u16),
}

impl FromStr for ServicePortsOption {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            _ => text.parse().map(Self::First).map_err(|_| "a port number or `off` is needed"),
        }
    }
}

impl<'de> Deserialize<'de> for ServicePortsOption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a port number or \"off\" is needed")]
        enum Written {
            Number(u16),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(first) => Ok(Self::First(first)),
            Written::Word(word) => word.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines, an object a line.
    Json,
}

impl Options {
    /// These options, and those of the file where these say nothing.
    pub(super) fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            plugins: self.plugins.or(file.plugins),
            state: self.state.or(file.state),
            bind: self.bind.or(file.bind),
            port: self.port.or(file.port),
            service_ports: self.service_ports.or(file.service_ports),
            component_bytes: self.component_bytes.or(file.component_bytes),
            compile_deadline_ms: self.compile_deadline_ms.or(file.compile_deadline_ms),
            compile_cpu_ms: self.compile_cpu_ms.or(file.compile_cpu_ms),
            compile_memory_bytes: self.compile_memory_bytes.or(file.compile_memory_bytes),
            upstream_deadline_ms: self.upstream_deadline_ms.or(file.upstream_deadline_ms),
            upstream_answer_bytes: self.upstream_answer_bytes.or(file.upstream_answer_bytes),
            drain_deadline_ms: self.drain_deadline_ms.or(file.drain_deadline_ms),
            show_guest_output: self.show_guest_output || file.show_guest_output,
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
            defaults: file.defaults,
            services: file.services,
        }
    }
}
