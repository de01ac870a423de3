//! Options, checked and completed: what the program runs with.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

use super::Failure;
use super::options::{InstancesOption, LogFormat, Options, ServiceOptions, ServicePortsOption};
use crate::analysis::{Member, ServiceName, Value};
use crate::http::{GuestOutput, PortPlan};
use crate::plugin::{CompileBounds, Isolation, Limits, Policy, ServicePolicy};
use crate::registry::{AdmissionPolicy, Admissions};
use crate::remote::RemoteLimits;
use crate::standard;

const GATEWAY_PORT: u16 = 8000;
const FIRST_SERVICE_PORT: u16 = 8001;
/// Documents that an instance serves where it serves several.
const RECYCLE: NonZeroU32 = match NonZeroU32::new(1000) {
    Some(recycle) => recycle,
    None => NonZeroU32::MIN,
};
const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// Everything the program was told.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) plugins: PathBuf,
    pub(super) state: PathBuf,
    pub(super) bind: IpAddr,
    pub(super) port: u16,
    /// None if services have no ports of their own.
    pub(super) service_ports: Option<PortPlan>,
    pub(super) compile_bounds: CompileBounds,
    pub(super) policy: Policy,
    pub(super) admissions: Admissions,
    pub(super) remote_limits: RemoteLimits,
    pub(super) drain_deadline: Duration,
    pub(super) guest_output: GuestOutput,
    /// None for what suits the command.
    pub(super) log: Option<String>,
    pub(super) log_format: LogFormat,
}

impl Settings {
    /// Reads the configuration file, if one is named, and checks everything.
    pub(super) fn read(options: Options) -> Result<Self, Failure> {
        let file = options.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        Self::of(options.or(file))
    }

    fn of(options: Options) -> Result<Self, Failure> {
        let services = named(&options.services)?;
        if options.defaults.port.is_some() || !options.defaults.settings.is_empty() {
            return Err(
                "the configuration's table `defaults` has a port or settings, which services cannot share"
                    .into(),
            );
        }
        let state = match options.state {
            Some(state) => state,
            None => data_folder()?,
        };
        let bind = options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let service_ports =
            match options.service_ports.unwrap_or(ServicePortsOption::First(FIRST_SERVICE_PORT)) {
                ServicePortsOption::Off => None,
                ServicePortsOption::First(first) => Some(port_plan(bind, first, &services)?),
            };
        let default_admission = admission(&options.defaults, AdmissionPolicy::default())?;
        let admissions = services
            .iter()
            .map(|(name, service)| Ok((name.clone(), admission(service, default_admission)?)))
            .collect::<Result<_, Failure>>()?;
        let compile_bounds = CompileBounds::default();
        let default_remote = RemoteLimits::default();
        Ok(Self {
            plugins: options.plugins.unwrap_or_else(|| state.join("plugins")),
            state,
            bind,
            port: options.port.unwrap_or(GATEWAY_PORT),
            service_ports,
            compile_bounds: CompileBounds {
                deadline: milliseconds(options.compile_deadline_ms).unwrap_or(compile_bounds.deadline),
                cpu: milliseconds(options.compile_cpu_ms).unwrap_or(compile_bounds.cpu),
                memory_bytes: options.compile_memory_bytes.unwrap_or(compile_bounds.memory_bytes),
            },
            policy: policy(options.component_bytes, &options.defaults, &services)?,
            admissions: Admissions { default: default_admission, services: admissions },
            remote_limits: RemoteLimits {
                deadline: milliseconds(options.upstream_deadline_ms).unwrap_or(default_remote.deadline),
                answer_bytes: options.upstream_answer_bytes.unwrap_or(default_remote.answer_bytes),
            },
            drain_deadline: milliseconds(options.drain_deadline_ms).unwrap_or(DRAIN_DEADLINE),
            guest_output: match options.show_guest_output {
                true => GuestOutput::Shown,
                false => GuestOutput::Hidden,
            },
            log: options.log,
            log_format: options.log_format.unwrap_or_default(),
        })
    }
}

/// A configuration file that cannot be used.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("the configuration file {} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("the configuration file {} is wrong in line {line}: {}", .file.display(), .message.replace('\n', " "))]
    Wrong { file: PathBuf, line: usize, message: String },
}

fn read_file(file: &Path) -> Result<Options, FileError> {
    let text = fs::read_to_string(file).map_err(|error| FileError::Unreadable(file.to_owned(), error))?;
    toml::from_str(&text).map_err(|error| {
        let place = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = place.matches('\n').count() + 1;
        FileError::Wrong { file: file.to_owned(), line, message: error.message().to_owned() }
    })
}

/// Where the platform wants data of this program to be.
fn data_folder() -> Result<PathBuf, Failure> {
    let args =
        AppStrategyArgs { top_level_domain: "org".into(), author: "gloss".into(), app_name: "gloss".into() };
    let strategy =
        choose_app_strategy(args).map_err(|_| "there is no home folder; name a state folder with --state")?;
    Ok(strategy.data_dir())
}

type Services<'o> = BTreeMap<ServiceName, &'o ServiceOptions>;

fn named(services: &BTreeMap<String, ServiceOptions>) -> Result<Services<'_>, Failure> {
    let named = services.iter().map(|(name, options)| match ServiceName::new(name) {
        Ok(name) => Ok((name, options)),
        Err(error) => Err(format!("the configuration's table `services.{name}` is wrong: {error}").into()),
    });
    named.collect()
}

/// The standard analyzers from `first` up in their order, unless the configuration gives them others.
fn port_plan(bind: IpAddr, first: u16, services: &Services<'_>) -> Result<PortPlan, Failure> {
    let mut fixed = BTreeMap::new();
    let mut next = first;
    for name in standard::names() {
        fixed.insert(name, next);
        // 0 means any port, for each of them.
        next =
            next.checked_add(u16::from(first != 0)).ok_or("there are no ports left above --service-ports")?;
    }
    for (name, options) in services {
        if let Some(port) = options.port {
            fixed.insert(name.clone(), port);
        }
    }
    Ok(PortPlan { bind, fixed, first_free: next })
}

fn policy(
    component_bytes: Option<u64>,
    defaults: &ServiceOptions,
    services: &Services<'_>,
) -> Result<Policy, Failure> {
    let built_in = Policy::default();
    let default = service_policy("defaults", defaults, &built_in.default)?;
    let services = services
        .iter()
        .map(|(name, options)| Ok((name.clone(), service_policy(name.as_str(), options, &default)?)))
        .collect::<Result<HashMap<_, _>, Failure>>()?;
    Ok(Policy { component_bytes: component_bytes.unwrap_or(built_in.component_bytes), default, services })
}

fn service_policy(
    table: &str,
    options: &ServiceOptions,
    default: &ServicePolicy,
) -> Result<ServicePolicy, Failure> {
    let limits = &default.limits;
    let setting = |(name, value): (&String, &toml::Value)| match setting_value(value) {
        Some(value) => Ok(Member { name: name.clone(), value }),
        None => {
            Err(format!("the configuration's setting `{name}` of `{table}` is of no kind a setting can have")
                .into())
        }
    };
    Ok(ServicePolicy {
        limits: Limits {
            input_bytes: options.input_bytes.unwrap_or(limits.input_bytes),
            deadline: milliseconds(options.deadline_ms).unwrap_or(limits.deadline),
            memory_bytes: options.memory_bytes.unwrap_or(limits.memory_bytes),
            output_bytes: options.output_bytes.unwrap_or(limits.output_bytes),
            log_bytes: options.log_bytes.unwrap_or(limits.log_bytes),
        },
        isolation: isolation(table, options, default.isolation)?,
        ready_instances: options.ready_instances.unwrap_or(default.ready_instances),
        settings: options.settings.iter().map(setting).collect::<Result<_, Failure>>()?,
    })
}

/// Fresh instances unless `instances = "reuse"`; without that, `recycle` would mean nothing.
fn isolation(table: &str, options: &ServiceOptions, default: Isolation) -> Result<Isolation, Failure> {
    let recycled = options.recycle.unwrap_or(RECYCLE);
    match (options.instances, default) {
        (Some(InstancesOption::Reuse), _) => Ok(Isolation::Reuse { recycle: recycled }),
        (None, Isolation::Reuse { recycle }) => {
            Ok(Isolation::Reuse { recycle: options.recycle.unwrap_or(recycle) })
        }
        (Some(InstancesOption::Fresh), _) | (None, Isolation::Fresh) if options.recycle.is_some() => {
            Err(format!("the configuration's `recycle` of `{table}` goes with `instances = \"reuse\"`")
                .into())
        }
        (Some(InstancesOption::Fresh), _) | (None, Isolation::Fresh) => Ok(Isolation::Fresh),
    }
}

fn setting_value(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::Boolean(boolean) => Value::Boolean(*boolean),
        toml::Value::Integer(integer) => Value::Integer(*integer),
        toml::Value::Float(number) if number.is_finite() => Value::Number(*number),
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Array(items) => list_value(items)?,
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    })
}

/// A list of texts, or of numbers.
fn list_value(items: &[toml::Value]) -> Option<Value> {
    let texts = || items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>();
    let number =
        |item: &toml::Value| item.as_float().or_else(|| item.as_integer().map(|integer| integer as f64));
    let numbers =
        || items.iter().map(|item| number(item).filter(|number| number.is_finite())).collect::<Option<_>>();
    texts().map(Value::Texts).or_else(|| numbers().map(Value::Numbers))
}

fn admission(options: &ServiceOptions, default: AdmissionPolicy) -> Result<AdmissionPolicy, Failure> {
    let concurrency = options.concurrency.unwrap_or(default.concurrency);
    let most = AdmissionPolicy::MAX_CONCURRENCY;
    if !(1..=most).contains(&concurrency) {
        return Err(format!("the configuration's `concurrency` must be from 1 to {most}").into());
    }
    Ok(AdmissionPolicy { concurrency, queue: options.queue.unwrap_or(default.queue) })
}

fn milliseconds(number: Option<u64>) -> Option<Duration> {
    number.map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> ServiceName {
        ServiceName::new(name).unwrap()
    }

    fn settings(file: &str) -> Result<Settings, Failure> {
        let options = Options { state: Some("state".into()), ..Options::default() };
        Settings::of(options.or(toml::from_str(file)?))
    }

    #[test]
    fn defaults_are_those_of_the_design() {
        let settings = settings("").unwrap();
        let plan = settings.service_ports.unwrap();
        assert_eq!((settings.port, settings.bind.to_string()), (8000, "127.0.0.1".into()));
        assert_eq!(settings.plugins, Path::new("state/plugins"));
        let fixed = [("sentiment-analysis", 8001), ("word-count", 8002), ("entity-recognition", 8003)];
        assert_eq!(plan.fixed, fixed.map(|(service, port)| (name(service), port)).into());
        assert_eq!(plan.first_free, 8004);
        assert_eq!(settings.policy.default.limits, Limits::default());
    }

    #[test]
    fn a_file_sets_services() {
        let settings = settings(
            "service-ports = 9001
            [defaults]
            deadline-ms = 500
            [services.word-count]
            port = 9100
            input-bytes = 10
            queue = 0
            settings = { a = 1, b = [\"x\"] }",
        )
        .unwrap();
        let plan = settings.service_ports.unwrap();
        assert_eq!((plan.fixed[&name("word-count")], plan.fixed[&name("sentiment-analysis")]), (9100, 9001));
        let policy = &settings.policy.services[&name("word-count")];
        assert_eq!((policy.limits.input_bytes, policy.limits.deadline.as_millis()), (10, 500));
        assert_eq!(policy.settings.len(), 2);
        assert_eq!(settings.admissions.services[&name("word-count")].queue, 0);
        assert_eq!(settings.policy.default.limits.input_bytes, Limits::default().input_bytes);
    }

    #[test]
    fn instances_are_fresh_unless_told_otherwise() {
        let isolation = |file: &str| settings(file).unwrap().policy.services[&name("a")].isolation;
        let reuse = |documents| Isolation::Reuse { recycle: NonZeroU32::new(documents).unwrap() };
        assert_eq!(isolation("[services.a]"), Isolation::Fresh);
        assert_eq!(isolation("[services.a]\ninstances = \"reuse\""), reuse(1000));
        assert_eq!(isolation("[services.a]\ninstances = \"reuse\"\nrecycle = 2"), reuse(2));
        let all = "[defaults]\ninstances = \"reuse\"\nrecycle = 3\n[services.a]\n";
        assert_eq!(isolation(all), reuse(3));
        assert_eq!(isolation(&format!("{all}recycle = 4")), reuse(4));
        assert_eq!(isolation(&format!("{all}instances = \"fresh\"")), Isolation::Fresh);
    }

    #[test]
    fn the_command_line_comes_before_the_file() {
        let options = Options { port: Some(1), ..Options::default() };
        let file: Options = toml::from_str("port = 2\nbind = \"0.0.0.0\"\nservice-ports = \"off\"").unwrap();
        let both = options.or(file);
        assert_eq!((both.port, both.bind.map(|bind| bind.to_string())), (Some(1), Some("0.0.0.0".into())));
        assert_eq!(both.service_ports, Some(ServicePortsOption::Off));
    }

    #[test]
    fn wrong_files_are_refused() {
        for wrong in [
            "prot = 8000",
            "port = 70000",
            "service-ports = \"on\"",
            "service-ports = 65534",
            "[services.Word]",
            "[services.a]\nconcurrency = 0",
            "[services.a]\nsettings = { x = 1979-05-27 }",
            "[services.a]\ntimeout = 1",
            "[services.a]\nrecycle = 1",
            "[services.a]\ninstances = \"reuse\"\nrecycle = 0",
            "[services.a]\ninstances = \"some\"",
        ] {
            assert!(settings(wrong).is_err(), "{wrong}");
        }
    }
}
