//! One component on the bench: judged, asked and timed.

use std::fs;
use std::iter;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::super::settings::Settings;
use super::super::{Failure, compiler};
use super::report;
use crate::analysis::{Analysis, Document, Options};
use crate::plugin::{
    Cost, Engine, Isolation, LoadError, Loader, Origin, Plugin, RunFailure, Session, Steps, Traces,
};
use crate::standard;

/// An engine and a loader, on the operator's terms but for one: every call is made in an instance that is made for it, and
/// what an instance can do that is reused is seen in a session.
pub(super) struct Workbench {
    runtime: Runtime,
    loader: Loader,
}

/// How long a time is measured, and how often at least and at most.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) time: Duration,
    pub(super) least: usize,
    pub(super) most: usize,
}

/// What was measured.
pub(super) struct Measured {
    /// Median of a call.
    pub(super) median: Duration,
    /// Most memory of an instance, in bytes.
    pub(super) memory_bytes: usize,
}

impl Workbench {
    pub(super) fn open(mut settings: Settings) -> Result<Self, Failure> {
        let compiler = compiler(&settings)?;
        for service in iter::once(&mut settings.policy.default).chain(settings.policy.services.values_mut()) {
            service.isolation = Isolation::Fresh;
            service.ready_instances = 0;
        }
        let loader = Loader::new(Engine::new(Traces::SourceLines)?, compiler, None, settings.policy);
        Ok(Self { runtime: Runtime::new()?, loader })
    }

    /// Judges a component by steps.
    pub(super) fn judge(&self, file: &Path, bytes: &[u8]) -> (Result<Arc<Plugin>, LoadError>, Steps) {
        let judged = self.loader.judge(Arc::from(bytes), Origin::File(file.to_owned()));
        self.runtime.block_on(judged)
    }

    /// A component that must be sound. None if it is not, and then that is said.
    pub(super) fn load(&self, file: &Path) -> Result<Option<Arc<Plugin>>, Failure> {
        let (plugin, _) = self.judge(file, &read(file)?);
        Ok(plugin.map_err(|error| report::refuse(file, &error)).ok())
    }

    /// One of the analyzers inside this program.
    pub(super) fn standard(&self, name: &str) -> Result<Arc<Plugin>, Failure> {
        let component = standard::component(name).ok_or("there is no such standard analyzer")?;
        Ok(self.runtime.block_on(self.loader.load(Arc::from(component), Origin::Embedded))?)
    }

    /// Analyzes in a fresh instance, for as long as the plugin may take.
    pub(super) fn analyze(
        &self,
        plugin: &Arc<Plugin>,
        document: &Document,
        options: &Options,
    ) -> Result<(Analysis, Cost), RunFailure> {
        let deadline = plugin.limits().deadline;
        let answered = plugin.answer(document, options, deadline, |analysis, cost| Some((analysis, cost)));
        self.runtime.block_on(answered)
    }

    /// Analyzes in an instance that waited since the session's last call, if there was one.
    pub(super) fn analyze_again(
        &self,
        session: &Session,
        document: &Document,
    ) -> Result<(Analysis, Cost), RunFailure> {
        let deadline = session.plugin().limits().deadline;
        let answered = session.answer(document, deadline, |analysis, cost| Some((analysis, cost)));
        self.runtime.block_on(answered)
    }

    /// Does something again and again.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub(super) fn measure(
        turn: Turn,
        mut call: impl FnMut() -> Result<(Analysis, Cost), RunFailure>,
    ) -> Result<Measured, RunFailure> {
        let (mut times, mut memory_bytes) = (Vec::new(), 0);
        let begin = Instant::now();
        while times.len() < turn.least || (begin.elapsed() < turn.time && times.len() < turn.most) {
            let since = Instant::now();
            let (_, cost) = call()?;
            times.push(since.elapsed());
            memory_bytes = memory_bytes.max(cost.memory_bytes);
        }
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        Ok(Measured { median, memory_bytes })
    }
}

/// The bytes of a file.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()).into())
}
