//! Deadlines that cost nothing where nobody waits.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop;
use tokio::time::sleep;

/// It took longer than it might.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late;

/// Waits for a future for at most `deadline`, from when it first has to wait: most never do, and need no
/// timer.
///
/// # Errors
///
/// [`Late`] if it took longer.
pub(crate) async fn within<F: Future>(deadline: Duration, future: F) -> Result<F::Output, Late> {
    let (mut future, mut timer) = (pin!(future), pin!(None));
    // The future is polled once each time: a guest that yields has the others go first.
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        if timer.is_none() {
            // Not held up by a future that always has something to do.
            timer.set(Some(coop::unconstrained(sleep(deadline))));
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(context).map(|()| Err(Late)),
            None => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_longer_is_late() {
        assert_eq!(within(Duration::from_millis(1), std::future::pending::<()>()).await, Err(Late));
        assert_eq!(within(Duration::ZERO, async { 1 }).await, Ok(1));
        let late = async {
            sleep(Duration::from_millis(1)).await;
            2
        };
        assert_eq!(within(Duration::from_secs(300), late).await, Ok(2));
    }

    #[tokio::test]
    async fn who_yields_is_polled_once_in_each_turn() {
        let mut polls = 0;
        let yields = std::future::poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        });
        let mut turns = 0;
        let mut waiting = pin!(within(Duration::from_secs(300), yields));
        std::future::poll_fn(|context| {
            turns += 1;
            waiting.as_mut().poll(context)
        })
        .await
        .unwrap();
        assert_eq!(turns, 3);
    }
}
