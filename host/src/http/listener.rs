//! Listeners: sockets, connections, and an end that loses no request.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Longest time a client may take to send the head of a request.
const HEAD_DEADLINE: Duration = Duration::from_secs(15);
/// How long a connection may still bring a request that was on its way when the end was announced.
const LAST_CALL: Duration = Duration::from_millis(50);
/// Connections that the system keeps for a listener until it accepts them: as many as tokio asks for.
const BACKLOG: usize = 1024;
/// Pause after a connection could not be accepted, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What answers the requests that come in at a listener. Cheap to clone: each request gets one of its own.
pub trait Responder: Clone + Send + 'static {
    /// Answers one request.
    fn respond(self, request: Request<Incoming>) -> impl Future<Output = Response> + Send;
}

impl Responder for Router {
    async fn respond(self, request: Request<Incoming>) -> Response {
        match TowerToHyperService::new(self).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Serves listeners, and ends them together. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Server {
    stop: CancellationToken,
    connections: TaskTracker,
}

/// A listener that is being served, until it is closed or dropped.
#[derive(Debug)]
pub struct Listener {
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
}

impl Listener {
    /// Stops accepting and returns when the port is free. Requests that have begun are answered.
    pub async fn close(mut self) {
        self.stop.cancel();
        if let Some(accepting) = self.accepting.take() {
            // Accepting does not panic; if it did, the port would be free as well.
            let _ = accepting.await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Server {
    /// Starts to answer what comes in at `listener`.
    pub fn serve(&self, listener: TcpListener, responder: impl Responder) -> Listener {
        let stop = self.stop.child_token();
        let connections = self.connections.clone();
        let accepting = self.connections.spawn(accept(listener, responder, stop.clone(), connections));
        Listener { stop, accepting: Some(accepting) }
    }

    /// Stops accepting and waits until every request that has begun is answered, for at most `deadline`.
    /// Says whether all were.
    pub async fn drain(&self, deadline: Duration) -> bool {
        self.stop.cancel();
        self.connections.close();
        tokio::time::timeout(deadline, self.connections.wait()).await.is_ok()
    }
}

/// Binds a listener to an address.
///
/// # Errors
///
/// If the address is taken or not of this machine.
pub(super) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Accepts until told to stop, and then who has connected before: they may have sent a request already.
async fn accept(
    listener: TcpListener,
    responder: impl Responder,
    stop: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, responder.clone(), stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection is not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    for _ in 0..BACKLOG {
        let Ok(Ok((stream, _))) = tokio::time::timeout(Duration::ZERO, listener.accept()).await else {
            return;
        };
        connections.spawn(converse(stream, responder.clone(), stop.clone()));
    }
}

/// Serves one connection. When told to stop it finishes the request it is at.
async fn converse(stream: TcpStream, responder: impl Responder, stop: CancellationToken) {
    // Answers are small and written at once; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let responded = responder.clone().respond(request);
        async { Ok::<_, Infallible>(responded.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let last_call = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_CALL).await;
    };
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = last_call => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away in many ways, and none of them is a fault of ours.
        tracing::debug!(%error, "a connection ended early");
    }
}
