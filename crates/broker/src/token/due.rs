//! When a token is refreshed, and when it is tried again.

use std::time::Duration;

use kernel::Chance;
use time::OffsetDateTime;

use crate::store::TokenRow;

/// A token is refreshed this long before its end, or at a fifth of its life, whichever is later.
const MOST_AHEAD: Duration = Duration::from_mins(15);
/// A call that leaves with a token arrives before its end.
const LEFT_TO_CALL: Duration = Duration::from_secs(10);
/// After the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// What to do about a token that is needed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is good.
    Good,
    /// It is due, and nobody is at it. `lives`: it can be used meanwhile.
    Due { lives: bool },
    /// Another broker is at it, and it cannot be used meanwhile.
    Elsewhere,
    /// It has ended, and the app is not to be asked before so many seconds.
    PutOff { seconds: u64 },
}

/// `rotates`: a refresh ends the tokens before it, so that none can be used meanwhile.
pub(super) fn standing(token: &TokenRow, rotates: bool, now: OffsetDateTime) -> Standing {
    if token.refresh_at.is_none_or(|at| at > now) {
        return Standing::Good;
    }
    let lives = token.ends_at.is_some_and(|ends| now + LEFT_TO_CALL < ends);
    let seconds = u64::try_from(token.put_off_seconds).unwrap_or(0);
    match (token.is_refreshing, seconds) {
        (true, _) if lives && !rotates => Standing::Good,
        (true, _) => Standing::Elsewhere,
        (false, 0) => Standing::Due {
            lives: lives && !rotates,
        },
        (false, _) if lives => Standing::Good,
        (false, seconds) => Standing::PutOff { seconds },
    }
}

/// When a token that lives from `now` for `lifetime` is refreshed. Not to the second, so that what was connected
/// at once is not refreshed at once.
pub(super) fn refresh_at(
    now: OffsetDateTime,
    lifetime: Duration,
    chance: &dyn Chance,
) -> OffsetDateTime {
    let ahead = MOST_AHEAD.min(lifetime / 5);
    now + lifetime.saturating_sub(ahead.mul_f64(share(chance, 0.8)))
}

/// How long nobody asks again after so many failures in a row: at least as long as the app asked for.
pub(super) fn pause(failures: u32, asked: Option<Duration>, chance: &dyn Chance) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures));
    let pause = doubled.min(LONGEST_PAUSE).mul_f64(share(chance, 0.5));
    pause.max(asked.unwrap_or_default().min(LONGEST_PAUSE * 12))
}

/// Evenly between `least` and 1.
fn share(chance: &dyn Chance, least: f64) -> f64 {
    let mut random = [0_u8; 4];
    chance.fill(&mut random);
    let part = f64::from(u32::from_be_bytes(random)) / f64::from(u32::MAX);
    least + (1.0 - least) * part
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-20 12:00 UTC);

    fn token(ends_in: Option<i64>, due_in: Option<i64>) -> TokenRow {
        let at = |seconds| NOW + time::Duration::seconds(seconds);
        TokenRow {
            version: 1,
            ends_at: ends_in.map(at),
            refresh_at: due_in.map(at),
            is_refreshing: false,
            put_off_seconds: 0,
        }
    }

    #[test]
    fn a_token_is_used_until_it_is_due_and_for_ever_where_no_end_was_told() {
        assert_eq!(
            standing(&token(Some(900), Some(60)), true, NOW),
            Standing::Good
        );
        assert_eq!(standing(&token(None, None), true, NOW), Standing::Good);
        // Nothing to refresh it with: it is used until the app refuses it.
        assert_eq!(standing(&token(Some(-5), None), true, NOW), Standing::Good);
        let due = token(Some(900), Some(0));
        assert_eq!(standing(&due, false, NOW), Standing::Due { lives: true });
        assert_eq!(standing(&due, true, NOW), Standing::Due { lives: false });
    }

    #[test]
    fn nobody_waits_for_a_refresh_who_has_a_token_that_outlives_it() {
        let busy = |ends_in| TokenRow {
            is_refreshing: true,
            ..token(Some(ends_in), Some(-1))
        };
        assert_eq!(standing(&busy(900), false, NOW), Standing::Good);
        assert_eq!(standing(&busy(900), true, NOW), Standing::Elsewhere);
        assert_eq!(standing(&busy(5), false, NOW), Standing::Elsewhere);
        let put_off = |ends_in| TokenRow {
            put_off_seconds: 7,
            ..token(Some(ends_in), Some(-1))
        };
        assert_eq!(standing(&put_off(900), true, NOW), Standing::Good);
        assert_eq!(
            standing(&put_off(5), true, NOW),
            Standing::PutOff { seconds: 7 }
        );
    }

    #[test]
    fn a_token_is_refreshed_at_a_fifth_of_its_life_and_never_more_than_a_quarter_of_an_hour_early()
    {
        for (lifetime, most) in [(60, 12), (3600, 720), (4500, 900), (86400, 900)] {
            for _ in 0..200 {
                let at = refresh_at(NOW, Duration::from_secs(lifetime), &SystemRng);
                let ahead = (NOW + Duration::from_secs(lifetime) - at).as_seconds_f64();
                let most = f64::from(most);
                assert!((most * 0.8..=most).contains(&ahead), "{lifetime}: {ahead}");
            }
        }
    }

    #[test]
    fn pauses_grow_and_end_and_are_never_shorter_than_the_app_asks() {
        let seconds = |failures, asked| pause(failures, asked, &SystemRng).as_secs_f64();
        assert!((1.0..=2.0).contains(&seconds(0, None)));
        assert!((8.0..=16.0).contains(&seconds(3, None)));
        assert!((150.0..=300.0).contains(&seconds(4_000_000, None)));
        assert!(seconds(0, Some(Duration::from_secs(90))) >= 90.0);
        assert!(seconds(0, Some(Duration::MAX)) <= 3600.0);
    }
}
