//! `gloss serve`: the start, the serving and the end of a gateway.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::house::House;
use super::settings::Settings;
use super::{Failure, heap, log, say};
use crate::gateway::Gateway;
use crate::http::{Server, ServicePorts, gateway_router};
use crate::registry::{Phase, Snapshot};
use crate::standard;
use crate::state::State;

/// Serves until it is told to stop.
pub(super) fn serve(settings: Settings) -> Result<ExitCode, Failure> {
    log::start(settings.log.as_deref().unwrap_or("info"), settings.log_format)?;
    heap::bound_arenas();
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(run(settings));
    // Reading and judging a file cannot be interrupted; nobody waits for it any more.
    runtime.shutdown_background();
    ended
}

async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let mut house = House::build(&settings)?;
    let gateway = Arc::clone(&house.gateway);
    let registry = Arc::clone(gateway.registry());
    let server = Server::default();
    let (gateway_listener, mut ports) = open_ports(&settings, &gateway, &house.state, &server).await?;
    let gateway_address = gateway_listener.local_addr()?;
    let _gateway_port =
        server.serve(gateway_listener, gateway_router(Arc::clone(&gateway), settings.guest_output));

    tokio::select! {
        loaded = house.load() => loaded?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    }
    if let Some(ports) = &mut ports {
        ports.reconcile().await;
    }
    house.open();
    tracing::info!(instances = %house.engine.allocation(), "serving");
    announce(&settings, gateway_address, &registry.snapshot());

    let stop = CancellationToken::new();
    let watching = tokio::spawn(house.folder.watch(stop.clone()));
    let following = ports.map(|ports| tokio::spawn(ports.follow(stop.clone())));
    signals.next().await;
    registry.enter(Phase::Draining);
    stop.cancel();
    let drained = drain(&server, settings.drain_deadline, signals).await;
    watching.await?;
    if let Some(following) = following {
        following.await?;
    }
    Ok(if drained { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Binds everything that must be free before anything is loaded.
async fn open_ports(
    settings: &Settings,
    gateway: &Arc<Gateway>,
    state: &State,
    server: &Server,
) -> Result<(TcpListener, Option<ServicePorts>), Failure> {
    let address = SocketAddr::new(settings.bind, settings.port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("the gateway cannot listen on {address}: {error}; choose another with --port")
    })?;
    let Some(plan) = &settings.service_ports else { return Ok((listener, None)) };
    let reserved = plan.bind_fixed(&standard::names()).await?;
    let ports =
        ServicePorts::new(plan.clone(), reserved, Arc::clone(gateway), state.clone(), server.clone()).await?;
    Ok((listener, Some(ports)))
}

/// Tells a person where everything is, and what to try.
fn announce(settings: &Settings, gateway: SocketAddr, snapshot: &Snapshot) {
    let mut lines = vec![format!("Gloss {} serves", env!("CARGO_PKG_VERSION"))];
    let mut line = |name: &str, place: String| lines.push(format!("  {name:<20} {place}"));
    line("gateway", format!("http://{gateway}"));
    for service in snapshot.services() {
        let place = match service.port {
            Some(port) => format!("http://{}", SocketAddr::new(settings.bind, port.number)),
            None => format!("http://{gateway}/services/{}", service.name),
        };
        line(service.name.as_str(), place);
    }
    line("plugin folder", settings.plugins.display().to_string());
    line("state folder", settings.state.display().to_string());
    lines.push("Try it:".into());
    lines.push(format!("  curl http://{gateway}/analyze -H 'Content-Type: application/json' \\"));
    lines.push(r#"       -d '{"service": "sentiment-analysis", "text": "What a lovely day!"}'"#.into());
    say(&lines.join("\n"));
}

async fn drain(server: &Server, deadline: Duration, mut signals: Signals) -> bool {
    tracing::info!(deadline_ms = deadline.as_millis(), "stopping; requests that have begun are answered");
    tokio::select! {
        drained = server.drain(deadline) => {
            if !drained {
                tracing::warn!("requests were still running at the deadline");
            }
            drained
        }
        () = signals.next() => {
            tracing::warn!("told a second time; leaving at once");
            false
        }
    }
}

/// What tells the program to stop: Ctrl-C and, on Unix, SIGTERM.
struct Signals {
    received: mpsc::Receiver<()>,
}

impl Signals {
    /// Listens from now on, so that one that comes during the start is not lost.
    fn listen() -> Result<Self, Failure> {
        let (told, received) = mpsc::channel(2);
        #[cfg(unix)]
        {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            let told = told.clone();
            tokio::spawn(
                async move { while terminate.recv().await.is_some() && told.send(()).await.is_ok() {} },
            );
        }
        tokio::spawn(
            async move { while tokio::signal::ctrl_c().await.is_ok() && told.send(()).await.is_ok() {} },
        );
        Ok(Self { received })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        // The senders live as long as the runtime.
        self.received.recv().await;
    }
}
