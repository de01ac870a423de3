//! Many documents, answered one by one: what a batch and a stream have in common.
//!
//! Every document gets a JSON object of its own, with an analysis or a problem for each service. **One that
//! fails fails alone.**

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::problem::{Code, Problem};
use super::wire::{AnalysisBody, Item, Question, append_json, append_json_within, settings_json};
use crate::analysis::{Analysis, Document, OffsetUnit};
use crate::gateway::{Answer, Caller, Gateway, Session, Usage};
use crate::plugin::Digest;

/// The services that a request asks, opened for all its documents.
pub struct Asked {
    gateway: Arc<Gateway>,
    caller: Caller,
    services: Vec<Opened>,
    offsets: OffsetUnit,
    patience: Patience,
}

/// How long the caller waits.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// As long as the services take.
    Theirs,
    /// Until a moment, for all documents together.
    Until(Instant),
    /// So long for each document.
    Each(Duration),
}

impl Patience {
    /// What is left of it for the next document and service; none for no bound.
    fn left(self) -> Option<Duration> {
        match self {
            Self::Theirs => None,
            Self::Until(end) => Some(end.saturating_duration_since(Instant::now())),
            Self::Each(deadline) => Some(deadline),
        }
    }
}

struct Opened {
    session: Session,
    /// Who answers, as JSON: the same for every document.
    provenance: Vec<u8>,
}

/// Who made an analysis, so that it can be made again.
#[derive(Serialize)]
struct Provenance<'a> {
    service: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Of the component.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// The version of the contract it was built against.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<&'a str>,
    /// Of all its settings as JSON, in the order of their names, without white space.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings_sha256: Option<String>,
}

/// What an analysis cost.
#[derive(Serialize)]
struct UsageBody {
    queue_us: u64,
    run_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<usize>,
}

impl From<Usage> for UsageBody {
    fn from(usage: Usage) -> Self {
        let microseconds = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self {
            queue_us: microseconds(usage.queued),
            run_us: microseconds(usage.ran),
            memory_bytes: usage.memory_bytes,
        }
    }
}

impl Asked {
    /// Opens the services.
    ///
    /// # Errors
    ///
    /// The answer to the whole request if one of them cannot be asked so.
    pub fn open(
        gateway: &Arc<Gateway>,
        caller: Caller,
        question: &Question,
        patience: Patience,
    ) -> Result<Self, Problem> {
        let opened = question.services.iter().map(|wanted| {
            let session = gateway.open(wanted).map_err(|error| Problem::of(&error, &wanted.name))?;
            Ok(Opened { provenance: provenance(&session), session })
        });
        let services = opened.collect::<Result<_, _>>()?;
        Ok(Self {
            gateway: Arc::clone(gateway),
            caller,
            services,
            offsets: question.offsets.into(),
            patience,
        })
    }

    /// Whether any of its services looks at the language of documents.
    pub fn minds_language(&self) -> bool {
        let plugins = self.services.iter().filter_map(|opened| opened.session.plugin());
        plugins.into_iter().any(|(plugin, _)| !plugin.description().languages.is_empty())
    }

    /// The longest text that any of its services takes, in bytes, if one says so.
    pub fn input_bytes(&self) -> Option<usize> {
        let plugins = self.services.iter().filter_map(|opened| opened.session.plugin());
        plugins.map(|(plugin, _)| plugin.limits().input_bytes).max()
    }

    /// Ends instances that wait for another document.
    pub fn rest(&self) {
        self.services.iter().for_each(|opened| opened.session.rest());
    }

    /// How many documents are worth working on at once.
    pub fn width(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let places = self.services.iter().map(|opened| opened.session.concurrency());
        // No more than the narrowest lets in: a request's own documents are not to crowd each other out.
        places.min().unwrap_or(1).min(PER_PROCESSOR * processors)
    }

    /// Appends the answer for one document, `{"id": ..}`, after members that are in `line` already. Says whether
    /// every service gave an analysis.
    pub async fn answer(&self, line: &mut Vec<u8>, id: &str, item: Item) -> bool {
        line.extend_from_slice(b"\"id\":");
        append_json(line, &id);
        let document = match item.into_document() {
            Ok(document) => document,
            Err(sentence) => {
                append_problem(line, b",\"problem\":", &Problem::malformed(sentence));
                line.push(b'}');
                return false;
            }
        };
        if let Some(language) = &document.language {
            line.extend_from_slice(b",\"language\":");
            append_json(line, language);
        }
        line.extend_from_slice(b",\"services\":{");
        let mut succeeded = true;
        for (place, opened) in self.services.iter().enumerate() {
            if place > 0 {
                line.push(b',');
            }
            append_json(line, &opened.session.name().as_str());
            line.extend_from_slice(b":{");
            if let Err(problem) = self.ask(line, opened, &document).await {
                succeeded = false;
                append_problem(line, b"\"problem\":", &problem);
            }
            line.push(b'}');
        }
        line.extend_from_slice(b"}}");
        succeeded
    }

    /// Appends the answer for a document that no service is asked about.
    pub fn refuse(line: &mut Vec<u8>, id: &str, problem: &Problem) {
        line.extend_from_slice(b"\"id\":");
        append_json(line, &id);
        append_problem(line, b",\"problem\":", problem);
        line.push(b'}');
    }

    /// Appends the analysis of one service, or nothing.
    async fn ask(&self, line: &mut Vec<u8>, opened: &Opened, document: &Document) -> Result<(), Problem> {
        let left = self.patience.left();
        if left == Some(Duration::ZERO) {
            return Err(Problem::new(
                Code::DeadlineExceeded,
                "The request's `deadline_ms` had passed before.",
            ));
        }
        let offsets = self.offsets;
        let write = |analysis: &Analysis, limit_bytes| {
            let before = line.len();
            line.extend_from_slice(b"\"analysis\":");
            let body = AnalysisBody::new(analysis, &document.text, offsets);
            if append_json_within(line, limit_bytes, &body).is_none() {
                line.truncate(before);
                return None;
            }
            Some(())
        };
        let answered = self.gateway.ask(&self.caller, &opened.session, document, left, write).await;
        let (answer, usage) =
            answered.map_err(|error| Problem::of(&error, opened.session.name().as_str()))?;
        match answer {
            Answer::Analysis(()) => {}
            Answer::Upstream(reply) => {
                line.extend_from_slice(b"\"analysis\":");
                // A line of a stream has no breaks in it; between tokens they are but white space.
                let json = reply.into_json();
                line.extend(json.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
            }
        }
        line.extend_from_slice(b",\"usage\":");
        append_json(line, &UsageBody::from(usage));
        line.extend_from_slice(b",\"provenance\":");
        line.extend_from_slice(&opened.provenance);
        Ok(())
    }
}

/// Documents that are worked on at once, for each processor: one while another waits for a registered URL.
const PER_PROCESSOR: usize = 2;

fn append_problem(line: &mut Vec<u8>, name: &[u8], problem: &Problem) {
    line.extend_from_slice(name);
    append_json(line, &problem.body());
}

fn provenance(session: &Session) -> Vec<u8> {
    let service = session.name().as_str();
    let mut json = Vec::new();
    let provenance = match session.plugin() {
        Some((plugin, options)) => Provenance {
            service,
            version: Some(plugin.description().version.to_string()),
            sha256: Some(plugin.digest().to_string()),
            contract: Some(plugin.contract()),
            settings_sha256: Some(Digest::of(&settings_json(&options.settings)).to_string()),
        },
        None => Provenance { service, version: None, sha256: None, contract: None, settings_sha256: None },
    };
    append_json(&mut json, &provenance);
    json
}
