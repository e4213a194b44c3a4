use std::num::NonZeroU32;

use time::{Duration, OffsetDateTime};

use super::Wait;

/// How many tries are free, and how the wait grows after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Tries at once, without a wait.
    pub free: u32,
    /// The wait after the last free one; it doubles with each further try.
    pub first_wait: Duration,
    /// It grows no further than this.
    pub longest_wait: Duration,
    /// One try is forgiven for each of these that passes without one.
    pub forgive_every: Duration,
}

impl Rule {
    /// Signing in and using links, for one address: an office behind one address signs in at nine.
    pub const BY_ADDRESS: Self = Self {
        free: 30,
        first_wait: Duration::seconds(2),
        longest_wait: Duration::minutes(15),
        forgive_every: Duration::seconds(10),
    };
    /// Signing in, for one account. Anybody can make an account wait, so it never waits long.
    pub const BY_ACCOUNT: Self = Self {
        free: 8,
        first_wait: Duration::seconds(1),
        longest_wait: Duration::seconds(60),
        forgive_every: Duration::seconds(60),
    };
    /// Signing up, for one address.
    pub const SIGN_UPS: Self = Self {
        free: 20,
        first_wait: Duration::seconds(5),
        longest_wait: Duration::hours(1),
        forgive_every: Duration::minutes(1),
    };
    /// Registering OAuth clients and devices, for one address.
    pub const CLIENTS: Self = Self {
        free: 60,
        first_wait: Duration::seconds(5),
        longest_wait: Duration::hours(1),
        forgive_every: Duration::minutes(1),
    };
    /// Asking for tokens, for one address: nobody guesses 256 bits, but each try costs the database.
    pub const TOKENS: Self = Self {
        free: 600,
        first_wait: Duration::seconds(1),
        longest_wait: Duration::minutes(1),
        forgive_every: Duration::milliseconds(200),
    };
    /// Asking for challenges of passkeys, for one address: the page to sign in asks each time that it is
    /// opened, and nobody guesses a signature; but each one is a row for five minutes.
    pub const PASSKEY_QUESTIONS: Self = Self {
        free: 300,
        first_wait: Duration::seconds(1),
        longest_wait: Duration::minutes(1),
        forgive_every: Duration::SECOND,
    };
    /// Going to issuers and coming back, for one address: each way is a row for half an hour, and each way back
    /// a call that leaves.
    pub const ISSUERS: Self = Self {
        free: 60,
        first_wait: Duration::seconds(2),
        longest_wait: Duration::minutes(5),
        forgive_every: Duration::seconds(5),
    };
    /// Typing the codes of devices, for one person: 34 bits that are good for ten minutes.
    pub const USER_CODES: Self = Self {
        free: 10,
        first_wait: Duration::seconds(5),
        longest_wait: Duration::minutes(10),
        forgive_every: Duration::minutes(1),
    };
    /// Taking everything along that is one's own, for one person: it reads every table that names them.
    pub const EXPORTS: Self = Self {
        free: 5,
        first_wait: Duration::seconds(10),
        longest_wait: Duration::minutes(10),
        forgive_every: Duration::minutes(5),
    };

    /// What a key or an access token may ask: a minute's worth at once, then as many a minute; nothing
    /// says that there is no limit. A program that goes past it waits for seconds, not for minutes.
    pub fn per_minute(requests: Option<NonZeroU32>) -> Self {
        let Some(requests) = requests else {
            return Self::NONE;
        };
        Self {
            free: requests.get(),
            first_wait: Duration::SECOND,
            longest_wait: Duration::seconds(10),
            forgive_every: Duration::MINUTE / requests.get(),
        }
    }

    /// No limit: for tests that knock on the door all day.
    pub const NONE: Self = Self {
        free: u32::MAX,
        first_wait: Duration::ZERO,
        longest_wait: Duration::ZERO,
        forgive_every: Duration::SECOND,
    };
}

/// The tries of one key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tries {
    count: u32,
    last: OffsetDateTime,
}

impl Tries {
    pub(super) const fn none(now: OffsetDateTime) -> Self {
        Self {
            count: 0,
            last: now,
        }
    }

    pub(super) const fn last(&self) -> OffsetDateTime {
        self.last
    }

    /// How long to wait for the next try, if at all.
    pub(super) fn look(&self, rule: &Rule, now: OffsetDateTime) -> Result<(), Wait> {
        let mut copy = *self;
        copy.enter(rule, now)
    }

    /// Counts a try, or says how long to wait for it. A refused try is not counted: a client that
    /// keeps knocking waits no longer than one that reads Retry-After.
    pub(super) fn enter(&mut self, rule: &Rule, now: OffsetDateTime) -> Result<(), Wait> {
        // Of two requests at once, the one that read the clock first may come second.
        let now = now.max(self.last);
        let forgiven = self.forgiven_by(rule, now);
        let open_at = self.last + wait(rule, self.count.saturating_sub(forgiven));
        if now < open_at {
            let left = (open_at - now).as_seconds_f64().ceil();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive, and at most the longest wait"
            )]
            return Err(Wait(left as u64));
        }
        self.count = self.count.saturating_sub(forgiven).saturating_add(1);
        self.last = now;
        Ok(())
    }

    /// Whether nothing is left of it.
    pub(super) fn forgiven(&self, rule: &Rule, now: OffsetDateTime) -> bool {
        self.forgiven_by(rule, now) >= self.count
    }

    fn forgiven_by(&self, rule: &Rule, now: OffsetDateTime) -> u32 {
        let quiet = (now - self.last).whole_microseconds().max(0);
        let every = rule.forgive_every.whole_microseconds().max(1);
        u32::try_from(quiet / every).unwrap_or(u32::MAX)
    }
}

fn wait(rule: &Rule, count: u32) -> Duration {
    if count < rule.free {
        return Duration::ZERO;
    }
    let doublings = (count - rule.free).min(30);
    let wait = rule.first_wait.saturating_mul(1 << doublings);
    wait.min(rule.longest_wait)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const RULE: Rule = Rule {
        free: 3,
        first_wait: Duration::seconds(1),
        longest_wait: Duration::seconds(60),
        forgive_every: Duration::minutes(10),
    };

    #[test]
    fn after_the_free_tries_each_wait_is_twice_the_one_before() {
        let mut tries = Tries::none(NOW);
        let mut now = NOW;
        let mut waits = Vec::new();
        while waits.len() < 8 {
            match tries.enter(&RULE, now) {
                Ok(()) => {}
                Err(Wait(seconds)) => {
                    waits.push(seconds);
                    now += Duration::seconds(i64::try_from(seconds).unwrap());
                }
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn quiet_time_forgives() {
        let mut tries = Tries::none(NOW);
        for _ in 0..3 {
            tries.enter(&RULE, NOW).unwrap();
        }
        assert!(tries.enter(&RULE, NOW).is_err());
        assert!(!tries.forgiven(&RULE, NOW + Duration::minutes(20)));
        assert!(tries.forgiven(&RULE, NOW + Duration::minutes(30)));
        assert!(tries.enter(&RULE, NOW + Duration::minutes(20)).is_ok());
    }

    #[test]
    fn a_request_that_read_the_clock_first_and_came_second_is_one_like_the_other() {
        let mut tries = Tries::none(NOW);
        tries.enter(&RULE, NOW + Duration::milliseconds(2)).unwrap();
        assert_eq!(tries.enter(&RULE, NOW), Ok(()));
    }

    proptest! {
        #[test]
        fn a_client_that_waits_as_told_is_let_in(steps in prop::collection::vec(0_i64..100, 1..60)) {
            let mut tries = Tries::none(NOW);
            let mut now = NOW;
            for step in steps {
                now += Duration::seconds(step);
                if let Err(Wait(seconds)) = tries.enter(&RULE, now) {
                    prop_assert!(seconds <= 60);
                    now += Duration::seconds(i64::try_from(seconds).unwrap());
                    prop_assert_eq!(tries.enter(&RULE, now), Ok(()));
                }
            }
        }
    }
}
