//! Waiting for what comes by itself, without a guess of how long it takes.

use std::time::Duration;

/// Far longer than anything takes that comes at all, on a machine that does much else.
const LIMIT: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again, and returns what was found; ends the test where nothing came within a minute.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(LIMIT, what, ask).await
}

/// The same, for what takes longer.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let found = tokio::time::timeout(limit, asking).await;
    found.unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}

#[tokio::test]
async fn what_came_is_returned_and_what_does_not_come_ends_the_test() {
    let mut asked = 0;
    let found = eventually("the third time", async || {
        asked += 1;
        (asked == 3).then_some(asked)
    });
    assert_eq!(found.await, 3);
    let never = tokio::spawn(within(Duration::from_millis(50), "it comes", async || {
        None::<()>
    }));
    let ended = never.await.unwrap_err().into_panic();
    let said = ended.downcast_ref::<String>().unwrap();
    assert_eq!(said, "not within 50ms: it comes");
}
