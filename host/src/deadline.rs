//! Deadlines that cost nothing where nobody waits.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;

/// Waits for a future for at most `deadline`, from when it first has to wait: most never do, and need no
/// timer.
///
/// # Errors
///
/// [`Elapsed`] if it took longer.
pub(crate) async fn within<F: Future>(deadline: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let first = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
    match first.await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout(deadline, future).await,
    }
}
