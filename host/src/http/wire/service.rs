//! Services as `GET /v1/services` lists them: those that serve, and the files that do not.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::description::DescriptionBody;
use crate::plugin::{Account, Allocation, FailureKind, LastFailure, Origin, Plugin};
use crate::registry::{AdmissionPolicy, Backend, Pending, Service, Snapshot};

/// One service, or a file that is none, or none yet.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ServiceBody {
    /// None for a file that has not said its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    state: State,
    /// Why it does not serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// In how many seconds it is tried again, if it is parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// Where it comes from.
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// What the plugin itself says of its refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountBody>,
    /// What becomes of the newest content of its file, or of another file that goes by its name, if that does not serve, or
    /// not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<NewestBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Its port, if it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// The port it should have, if that was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    port_instead_of: Option<u16>,
    #[serde(flatten)]
    plugin: OfPlugin,
}

/// The newest content of a file where another serves.
#[derive(Debug, Serialize, ToSchema)]
struct NewestBody {
    file: String,
    state: State,
    /// Why it does not serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountBody>,
}

/// What a plugin itself says of a failure. It may quote the text that it was given.
#[derive(Debug, Serialize, ToSchema)]
struct AccountBody {
    /// Its sentence, where it reports that it failed and the operator lets that be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// Bytes that it printed and logged before.
    printed_bytes: u64,
    /// The first part of them, where the operator lets that be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    printed: Option<String>,
}

/// What a plugin has, and nothing of any other service.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct OfPlugin(Option<PluginBody>);

impl PartialSchema for OfPlugin {
    fn schema() -> RefOr<Schema> {
        let plugin = Ref::from_schema_name(PluginBody::name());
        let nothing = ObjectBuilder::new().schema_type(Type::Object);
        RefOr::T(AnyOfBuilder::new().item(plugin).item(nothing).build().into())
    }
}

impl ToSchema for OfPlugin {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PluginBody::name().into_owned(), PluginBody::schema()));
        PluginBody::schemas(schemas);
    }
}

/// What only a plugin has.
#[derive(Debug, Serialize, ToSchema)]
struct PluginBody {
    version: String,
    #[serde(flatten)]
    description: DescriptionBody,
    /// The version of the contract it was built against.
    contract: String,
    /// Whether each document gets an instance of its own: `fresh` or `reuse`.
    instances: String,
    /// How many instances wait for their first document. None do where one is made in no time.
    ready_instances: usize,
    /// Where instances get their memory, and whether the kernel finds the pages that are to be reset.
    allocation: &'static str,
    pagemap_scan: bool,
    limits: LimitsBody,
    /// Calls since it was loaded.
    calls: u64,
    /// How many of them failed, by kind.
    #[schema(value_type = std::collections::HashMap<String, u64>)]
    failures: Failures,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<LastFailureBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LimitsBody {
    input_bytes: usize,
    #[schema(value_type = u64)]
    deadline_ms: u128,
    memory_bytes: usize,
    output_bytes: usize,
    log_bytes: usize,
    concurrency: usize,
    queue: usize,
}

/// How many calls failed, by kind.
#[derive(Debug)]
struct Failures(Vec<(FailureKind, u64)>);

impl Serialize for Failures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (kind, count) in &self.0 {
            map.serialize_entry(&kind.to_string(), count)?;
        }
        map.end()
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct LastFailureBody {
    kind: String,
    /// RFC 3339, in UTC.
    time: String,
    /// The guest's functions that were running, innermost first, with file and line where the component has debug
    /// information and the operator lets that be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    functions: Vec<String>,
    #[serde(flatten)]
    account: AccountBody,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Serving,
    Parked,
    Loading,
    Refused,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Source {
    Embedded,
    File,
    Url,
}

/// Whether what guests print may be seen. It may quote the texts they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestOutput {
    /// By whoever asks for a service's status.
    Shown,
    /// By nobody.
    Hidden,
}

/// Everything a snapshot knows.
pub(in super::super) fn listed(snapshot: &Snapshot, output: GuestOutput) -> Vec<ServiceBody> {
    let files = PendingFiles::of(snapshot);
    let serving = snapshot.services().iter().map(|service| ServiceBody::of(service, &files, output));
    serving.chain(snapshot.pending().map(|pending| ServiceBody::of_pending(pending, output))).collect()
}

/// The service of a name. Before a file serves, it goes by its own.
pub(in super::super) fn named(snapshot: &Snapshot, name: &str, output: GuestOutput) -> Option<ServiceBody> {
    let files = PendingFiles::of(snapshot);
    match snapshot.service(name) {
        Some(service) => Some(ServiceBody::of(service, &files, output)),
        None => files.named(name).map(|pending| ServiceBody::of_pending(pending, output)),
    }
}

/// The files that do not serve or not yet, for finding the one that concerns a service.
struct PendingFiles<'a> {
    by_file: HashMap<&'a Path, Pending<'a>>,
    /// By the file's name without `.wasm`.
    by_name: HashMap<&'a OsStr, Pending<'a>>,
}

impl<'a> PendingFiles<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let mut files = Self { by_file: HashMap::new(), by_name: HashMap::new() };
        for pending in snapshot.pending() {
            files.by_file.entry(pending.file()).or_insert(pending);
            if let Some(name) = pending.file().file_stem() {
                files.by_name.entry(name).or_insert(pending);
            }
        }
        files
    }

    fn named(&self, name: &str) -> Option<Pending<'a>> {
        self.by_name.get(OsStr::new(name)).copied()
    }

    /// The file that a service comes from, or one that bears its name.
    fn beside(&self, service: &Service) -> Option<Pending<'a>> {
        let own = match &service.backend {
            Backend::Plugin(plugin) => match plugin.origin() {
                Origin::File(file) => self.by_file.get(file.as_path()).copied(),
                Origin::Embedded => None,
            },
            Backend::Remote(_) => None,
        };
        own.or_else(|| self.named(service.name.as_str()))
    }
}

/// A service as `GET /v1/services/{name}` shows it.
pub fn service_json(service: &Service, snapshot: &Snapshot) -> String {
    // Its keys are strings.
    serde_json::to_string_pretty(&ServiceBody::of(service, &PendingFiles::of(snapshot), GuestOutput::Hidden))
        .unwrap_or_default()
}

impl ServiceBody {
    const EMPTY: Self = Self {
        name: None,
        state: State::Serving,
        reason: None,
        retry_after: None,
        source: Source::Embedded,
        file: None,
        sha256: None,
        account: None,
        newest: None,
        url: None,
        port: None,
        port_instead_of: None,
        plugin: OfPlugin(None),
    };

    fn of(service: &Service, files: &PendingFiles<'_>, output: GuestOutput) -> Self {
        let named = Self {
            name: Some(service.name.to_string()),
            port: service.port.map(|port| port.number),
            port_instead_of: service.port.and_then(|port| port.instead_of),
            ..Self::EMPTY
        };
        let newest = files.beside(service).map(|pending| NewestBody::of(pending, output));
        let named = Self { newest, ..named };
        match &service.backend {
            Backend::Plugin(plugin) => named.with_plugin(plugin, service.admission.policy(), output),
            Backend::Remote(url) => Self { source: Source::Url, url: Some(url.to_string()), ..named },
        }
    }

    fn with_plugin(self, plugin: &Plugin, admission: AdmissionPolicy, output: GuestOutput) -> Self {
        let file = match plugin.origin() {
            Origin::Embedded => None,
            Origin::File(file) => Some(file.display().to_string()),
        };
        let parked = plugin.health().parked;
        Self {
            state: if parked.is_some() { State::Parked } else { State::Serving },
            reason: parked.map(|_| "it failed on several texts in a row".to_owned()),
            retry_after: parked.map(|pause: Duration| pause.as_secs()),
            source: if file.is_some() { Source::File } else { Source::Embedded },
            file,
            sha256: Some(plugin.digest().to_string()),
            plugin: OfPlugin(Some(PluginBody::of(plugin, admission, output))),
            ..self
        }
    }

    fn of_pending(pending: Pending<'_>, output: GuestOutput) -> Self {
        let NewestBody { file, state, reason, sha256, account } = NewestBody::of(pending, output);
        Self { state, reason, sha256, account, source: Source::File, file: Some(file), ..Self::EMPTY }
    }
}

impl NewestBody {
    fn of(pending: Pending<'_>, output: GuestOutput) -> Self {
        let file = pending.file().display().to_string();
        match pending {
            Pending::Loading(_) => {
                Self { file, state: State::Loading, reason: None, sha256: None, account: None }
            }
            Pending::Refused(refused) => Self {
                file,
                state: State::Refused,
                reason: Some(refused.reason.clone()),
                sha256: refused.digest.map(|digest| digest.to_string()),
                account: Some(AccountBody::of(&refused.account, output)).filter(AccountBody::says_something),
            },
        }
    }
}

impl AccountBody {
    fn of(account: &Account, output: GuestOutput) -> Self {
        let Account { words, captured } = account;
        let is_shown = output == GuestOutput::Shown;
        let printed = String::from_utf8_lossy(&captured.text);
        Self {
            words: words.clone().filter(|_| is_shown),
            printed_bytes: captured.total_bytes,
            printed: (is_shown && captured.total_bytes > 0).then(|| printed.into_owned()),
        }
    }

    fn says_something(&self) -> bool {
        self.words.is_some() || self.printed_bytes > 0
    }
}

impl PluginBody {
    fn of(plugin: &Plugin, admission: AdmissionPolicy, output: GuestOutput) -> Self {
        let (description, limits, health) = (plugin.description(), plugin.limits(), plugin.health());
        Self {
            version: description.version.to_string(),
            description: DescriptionBody::of(description),
            contract: plugin.contract().to_owned(),
            instances: plugin.isolation().to_string(),
            ready_instances: plugin.ready_instances(),
            allocation: match plugin.allocation() {
                Allocation::Pool | Allocation::PoolWithPagemapScan => "pool",
                Allocation::OnDemand => "on-demand",
            },
            pagemap_scan: plugin.allocation() == Allocation::PoolWithPagemapScan,
            limits: LimitsBody {
                input_bytes: limits.input_bytes,
                deadline_ms: limits.deadline.as_millis(),
                memory_bytes: limits.memory_bytes,
                output_bytes: limits.output_bytes,
                log_bytes: limits.log_bytes,
                concurrency: admission.concurrency,
                queue: admission.queue,
            },
            calls: health.calls,
            failures: Failures(health.failures),
            last_failure: health.last_failure.map(|failure| LastFailureBody::of(failure, output)),
        }
    }
}

impl LastFailureBody {
    fn of(failure: LastFailure, output: GuestOutput) -> Self {
        let LastFailure { kind, time, functions, account } = failure;
        let time = humantime::format_rfc3339_millis(time.max(SystemTime::UNIX_EPOCH)).to_string();
        Self { kind: kind.to_string(), time, functions, account: AccountBody::of(&account, output) }
    }
}
