use std::future::Future;

/// Runs a future to its end, also inside of an async test: on a thread and a runtime of its own.
///
/// # Panics
/// When the future does, or the system gives no thread.
#[expect(
    clippy::expect_used,
    reason = "tests only: without a thread there is nothing to go on with"
)]
pub(super) fn run<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("the system gives a runtime")
                    .block_on(future)
            })
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
