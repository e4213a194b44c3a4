//! When a token is refreshed, and when it is tried again.

use std::time::Duration;

use kernel::Chance;

use crate::store::TokenRow;

/// A token is refreshed a fifth of its life before its end, and this long at most.
const MOST_AHEAD: Duration = Duration::from_mins(15);
/// After the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Whatever the app asks for.
const MOST_ASKED: Duration = Duration::from_hours(1);

/// What to do about a token that is needed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is good.
    Good,
    /// It is due, and nobody has the turn. `lives`: it can be used while somebody else takes it.
    Due { lives: bool },
    /// Somebody has the turn, and it cannot be used meanwhile.
    Awaited,
    /// It has ended, and the app is not to be asked before so many seconds.
    PutOff { seconds: u64 },
}

/// `rotates`: a refresh may end the tokens before it, so that none can be used while one is under way.
pub(super) fn standing(token: &TokenRow, rotates: bool) -> Standing {
    if !token.is_due {
        return Standing::Good;
    }
    let lives = token.lives && !rotates;
    let seconds = u64::try_from(token.put_off_seconds).unwrap_or(0);
    match (token.is_refreshing, seconds) {
        (true, _) if lives => Standing::Good,
        (true, _) => Standing::Awaited,
        (false, 0) => Standing::Due { lives },
        (false, _) if token.lives => Standing::Good,
        (false, seconds) => Standing::PutOff { seconds },
    }
}

/// After how much of its life a token is refreshed. Not to the second, so that what was connected at once is not
/// refreshed at once.
pub(super) fn refresh_after(lifetime: Duration, chance: &dyn Chance) -> Duration {
    let ahead = MOST_AHEAD.min(lifetime / 5);
    lifetime.saturating_sub(ahead.mul_f64(share(chance, 0.8)))
}

/// How long nobody asks again after so many failures in a row: at least as long as the app asked for.
pub(super) fn pause(failures: u32, asked: Option<Duration>, chance: &dyn Chance) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures));
    let pause = doubled.min(LONGEST_PAUSE).mul_f64(share(chance, 0.5));
    pause.max(asked.unwrap_or_default().min(MOST_ASKED))
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

    use super::*;

    const FRESH: TokenRow = TokenRow {
        version: 1,
        is_due: false,
        lives: true,
        is_refreshing: false,
        put_off_seconds: 0,
    };
    const DUE: TokenRow = TokenRow {
        is_due: true,
        ..FRESH
    };

    #[test]
    fn a_token_is_used_until_it_is_due() {
        assert_eq!(standing(&FRESH, true), Standing::Good);
        let ended = TokenRow {
            lives: false,
            ..FRESH
        };
        // Nothing to refresh it with, or no end was told: it is used until the app refuses it.
        assert_eq!(standing(&ended, true), Standing::Good);
        assert_eq!(standing(&DUE, false), Standing::Due { lives: true });
        assert_eq!(standing(&DUE, true), Standing::Due { lives: false });
    }

    #[test]
    fn nobody_waits_for_a_refresh_who_has_a_token_that_outlives_it() {
        let busy = |lives| TokenRow {
            is_refreshing: true,
            lives,
            ..DUE
        };
        assert_eq!(standing(&busy(true), false), Standing::Good);
        assert_eq!(standing(&busy(true), true), Standing::Awaited);
        assert_eq!(standing(&busy(false), false), Standing::Awaited);
        let put_off = |lives| TokenRow {
            put_off_seconds: 7,
            lives,
            ..DUE
        };
        assert_eq!(standing(&put_off(true), true), Standing::Good);
        let ended = Standing::PutOff { seconds: 7 };
        assert_eq!(standing(&put_off(false), true), ended);
    }

    #[test]
    fn a_token_is_refreshed_a_fifth_of_its_life_early_and_a_quarter_of_an_hour_at_most() {
        for (lifetime, most) in [(60, 12), (3600, 720), (4500, 900), (86400, 900)] {
            let lifetime = Duration::from_secs(lifetime);
            for _ in 0..200 {
                let ahead = lifetime.saturating_sub(refresh_after(lifetime, &SystemRng));
                let most = f64::from(most);
                let range = most * 0.799..=most * 1.001;
                assert!(range.contains(&ahead.as_secs_f64()), "{ahead:?}");
            }
        }
        assert!(refresh_after(Duration::MAX, &SystemRng) > MOST_ASKED);
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
