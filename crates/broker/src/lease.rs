//! How long a claimed proposal may be on its way.

use std::time::Duration;

use crate::look_up;

/// Beside the calls themselves: for the database, before the sending and after it.
const SLACK: Duration = Duration::from_secs(30);

/// How long after its claim a sending may begin, where a call may take `timeout`: refreshing the
/// token is a call too, and may have had to wait its turn.
pub(crate) const fn begin_within(timeout: Duration) -> Duration {
    timeout.saturating_add(SLACK)
}

/// After this long a claimed proposal belongs to a broker that died: one that lives has recorded what
/// came of it.
pub(crate) const fn lease(timeout: Duration) -> Duration {
    begin_within(timeout)
        .saturating_add(timeout)
        .saturating_add(look_up::LIMIT)
        .saturating_add(SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sending_that_begins_in_time_ends_within_the_lease_whatever_the_timeout() {
        for seconds in [1, 30, 60, 300, 3600] {
            let timeout = Duration::from_secs(seconds);
            assert!(begin_within(timeout) > timeout, "one refresh of the token");
            let ended = begin_within(timeout) + timeout + look_up::LIMIT;
            assert!(ended < lease(timeout), "{seconds} s");
        }
    }
}
