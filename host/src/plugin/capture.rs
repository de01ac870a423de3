//! What a guest prints and logs: the first part is kept, the rest counted and dropped.
//!
//! A guest may print the text under analysis. So what is kept here is for the plugin's author
//! (`gloss check`), never for the log or for clients.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// What one instance printed and logged.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    /// The first part of it, up to the limit.
    pub text: Vec<u8>,
    /// How many bytes it was in all.
    pub total_bytes: u64,
}

/// What a plugin itself says of a failure. It may quote the text under analysis, so it is for the plugin's author, and for
/// operators who let it be seen.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its sentence, where it reports that it failed.
    pub words: Option<String>,
    /// What it printed and logged before.
    pub captured: Captured,
}

/// A sink that many streams of one instance write to.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    limit_bytes: usize,
    captured: Arc<Mutex<Captured>>,
}

/// What a stream may write at once: as much as WASI streams commonly allow.
const WRITE_PERMIT_BYTES: usize = 64 * 1024;

impl Capture {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, captured: Arc::default() }
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        let mut captured = self.captured.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.limit_bytes.saturating_sub(captured.text.len());
        captured.text.extend(bytes.iter().take(room));
        captured.total_bytes += bytes.len() as u64;
    }

    pub(super) fn take(&self) -> Captured {
        std::mem::take(&mut self.captured.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_PERMIT_BYTES)
    }
}

impl AsyncWrite for Capture {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_is_kept_and_all_is_counted() {
        let capture = Capture::new(5);
        capture.push(b"abc");
        capture.push(b"defg");
        let captured = capture.take();
        assert_eq!((captured.text.as_slice(), captured.total_bytes), (&b"abcde"[..], 7));
    }
}
