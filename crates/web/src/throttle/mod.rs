//! How often somebody may try to get in: per address and per account, in memory, with waits that
//! grow.
//!
//! Each front counts for itself: with N fronts an attacker gets N times the tries, which is still a
//! handful a minute. What makes guessing hopeless is Argon2id and the strength rule; this keeps it
//! from costing the server, and from going on unnoticed for ever.

mod rule;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use kernel::{TokenHash, UserId};
use time::OffsetDateTime;

pub use rule::Rule;
use rule::Tries;

/// The counters of one front.
#[derive(Debug)]
pub struct Throttles {
    /// Signing in and using links, by address.
    by_address: Throttle<Network>,
    /// Signing in, by the digest of the account's address.
    by_account: Throttle<[u8; 32]>,
    /// Signing up, by address.
    sign_ups: Throttle<Network>,
    /// Registering OAuth clients and devices, by address.
    clients: Throttle<Network>,
    /// Asking for tokens, by address.
    tokens: Throttle<Network>,
    /// Asking for challenges of passkeys, by address.
    passkey_questions: Throttle<Network>,
    /// Going to issuers and coming back, by address.
    issuers: Throttle<Network>,
    /// Typing the codes of devices, by person.
    user_codes: Throttle<UserId>,
    /// Taking everything along that is one's own, by person.
    exports: Throttle<UserId>,
    /// Asking to reset a password, by the digest of the account's address.
    resets: Throttle<[u8; 32]>,
    /// What an API key or an access token asks, by its hash.
    keys: Throttle<TokenHash>,
}

/// Wait this long, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) u64);

/// An IPv4 address, or the /64 of an IPv6 one: a household or a host gets all of a /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network(u128);

#[derive(Debug)]
struct Throttle<K> {
    rule: Rule,
    tries: Mutex<HashMap<K, Tries>>,
}

/// How often a key may ask, unless the configuration says otherwise.
pub const KEY_REQUESTS_PER_MINUTE: u32 = 600;
/// Keys remembered at once; past it, those that waited longest are forgotten first.
const MAX_KEYS: usize = 20_000;

impl Throttles {
    /// Counters under the given rules, by address, by account and for signing up.
    pub fn new(by_address: Rule, by_account: Rule, sign_ups: Rule) -> Self {
        Self {
            by_address: Throttle::new(by_address),
            by_account: Throttle::new(by_account),
            sign_ups: Throttle::new(sign_ups),
            clients: Throttle::new(Rule::CLIENTS),
            tokens: Throttle::new(Rule::TOKENS),
            passkey_questions: Throttle::new(Rule::PASSKEY_QUESTIONS),
            issuers: Throttle::new(Rule::ISSUERS),
            user_codes: Throttle::new(Rule::USER_CODES),
            exports: Throttle::new(Rule::EXPORTS),
            // Known by what is typed, and not by whether it is an account.
            resets: Throttle::new(by_account),
            keys: Throttle::new(Rule::per_minute(NonZeroU32::new(KEY_REQUESTS_PER_MINUTE))),
        }
    }

    /// The same, where a key asks this often a minute; as often as it likes where nothing is said.
    #[must_use]
    pub fn per_key(self, requests: Option<NonZeroU32>) -> Self {
        Self {
            keys: Throttle::new(Rule::per_minute(requests)),
            ..self
        }
    }

    /// Whether this key may ask again, before the database is asked about it.
    pub(crate) fn key_waits(&self, key: &TokenHash, now: OffsetDateTime) -> Result<(), Wait> {
        self.keys.look(key, now)
    }

    /// One request of a key that is in force. Keys that nobody made are not counted: whoever makes
    /// them up must not have the real ones forgotten.
    pub(crate) fn key(&self, key: TokenHash, now: OffsetDateTime) -> Result<(), Wait> {
        self.keys.enter(key, now)
    }

    /// One try to sign in as `email` from `address`.
    pub(crate) fn sign_in(
        &self,
        address: IpAddr,
        email: &str,
        now: OffsetDateTime,
    ) -> Result<(), Wait> {
        self.by_address.enter(Network::of(address), now)?;
        self.by_account.enter(account(email), now)
    }

    /// Somebody signed in as `email`: the account's count starts again, the address's does not, or
    /// an attacker with one account of their own could reset it between guesses.
    pub(crate) fn signed_in(&self, email: &str) {
        self.by_account.forget(&account(email));
    }

    /// One try to use a sign-in link from `address`.
    pub(crate) fn link(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Wait> {
        self.by_address.enter(Network::of(address), now)
    }

    /// One try to have a link to reset the password of `email` sent, from `address`.
    pub(crate) fn reset(
        &self,
        address: IpAddr,
        email: &str,
        now: OffsetDateTime,
    ) -> Result<(), Wait> {
        self.by_address.enter(Network::of(address), now)?;
        self.resets.enter(account(email), now)
    }

    /// One try to sign up from `address`.
    pub(crate) fn sign_up(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Wait> {
        self.sign_ups.enter(Network::of(address), now)
    }

    /// One OAuth client or device more, from `address`.
    pub(crate) fn client(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Wait> {
        self.clients.enter(Network::of(address), now)
    }

    /// One request for tokens from `address`.
    pub(crate) fn token(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Wait> {
        self.tokens.enter(Network::of(address), now)
    }

    /// One challenge more for a passkey, or an answer of somebody who is known, from `address`.
    pub(crate) fn passkey_question(
        &self,
        address: IpAddr,
        now: OffsetDateTime,
    ) -> Result<(), Wait> {
        self.passkey_questions.enter(Network::of(address), now)
    }

    /// One way more to an issuer, or back from it, of `address`.
    pub(crate) fn issuer(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Wait> {
        self.issuers.enter(Network::of(address), now)
    }

    /// One code of a device, typed by `person` (RFC 8628 5.1).
    pub(crate) fn user_code(&self, person: UserId, now: OffsetDateTime) -> Result<(), Wait> {
        self.user_codes.enter(person, now)
    }

    /// One time more that `person` takes everything along that is theirs.
    pub(crate) fn export(&self, person: UserId, now: OffsetDateTime) -> Result<(), Wait> {
        self.exports.enter(person, now)
    }
}

impl Default for Throttles {
    fn default() -> Self {
        Self::new(Rule::BY_ADDRESS, Rule::BY_ACCOUNT, Rule::SIGN_UPS)
    }
}

fn account(email: &str) -> [u8; 32] {
    crypto::digest::sha256(email.trim().to_lowercase().as_bytes())
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().to_bits()),
            IpAddr::V6(v6) => Self(v6.to_bits() >> 64 << 64),
        }
    }
}

impl<K: Hash + Eq + Copy> Throttle<K> {
    fn new(rule: Rule) -> Self {
        Self {
            rule,
            tries: Mutex::new(HashMap::new()),
        }
    }

    fn enter(&self, key: K, now: OffsetDateTime) -> Result<(), Wait> {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEYS && !all.contains_key(&key) {
            make_room(&mut all, &self.rule, now);
        }
        all.entry(key)
            .or_insert_with(|| Tries::none(now))
            .enter(&self.rule, now)
    }

    fn look(&self, key: &K, now: OffsetDateTime) -> Result<(), Wait> {
        let all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key)
            .map_or(Ok(()), |tries| tries.look(&self.rule, now))
    }

    fn forget(&self, key: &K) {
        self.tries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }
}

/// Drops what is forgiven by now; where nothing is, the half that was seen longest ago.
fn make_room<K: Hash + Eq + Copy>(all: &mut HashMap<K, Tries>, rule: &Rule, now: OffsetDateTime) {
    all.retain(|_, tries| !tries.forgiven(rule, now));
    if all.len() < MAX_KEYS {
        return;
    }
    let mut seen: Vec<OffsetDateTime> = all.values().map(Tries::last).collect();
    seen.sort_unstable();
    if let Some(middle) = seen.get(seen.len() / 2).copied() {
        all.retain(|_, tries| tries.last() > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn an_account_under_attack_waits_wherever_the_tries_come_from() {
        let throttles = Throttles::default();
        let refused = (0..100_u32)
            .filter(|n| {
                let address = IpAddr::from(n.to_be_bytes());
                throttles.sign_in(address, "Ada@example.com", NOW).is_err()
            })
            .count();
        assert_eq!(refused, 100 - Rule::BY_ACCOUNT.free as usize);
        assert!(
            throttles
                .sign_in(IpAddr::from([9, 9, 9, 9]), " ada@EXAMPLE.com", NOW)
                .is_err()
        );
        assert!(
            throttles
                .sign_in(IpAddr::from([9, 9, 9, 9]), "bo@example.com", NOW)
                .is_ok()
        );
    }

    #[test]
    fn a_success_clears_the_account_and_not_the_address() {
        let throttles = Throttles::default();
        let address = IpAddr::from([10, 0, 0, 1]);
        let refused = (0..200)
            .filter(|_| {
                let refused = throttles.sign_in(address, "ada@example.com", NOW).is_err();
                throttles.signed_in("ada@example.com");
                refused
            })
            .count();
        assert_eq!(refused, 200 - Rule::BY_ADDRESS.free as usize);
    }

    #[test]
    fn all_addresses_of_a_household_count_as_one() {
        let throttles = Throttles::default();
        let refused = (0..100_u16)
            .filter(|n| {
                let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, *n]);
                throttles.sign_up(address, NOW).is_err()
            })
            .count();
        assert_eq!(refused, 100 - Rule::SIGN_UPS.free as usize);
    }

    #[test]
    fn a_key_that_asks_too_often_waits_and_no_other_does() {
        let throttles = Throttles::default().per_key(NonZeroU32::new(60));
        let (busy, quiet) = (
            TokenHash::from_digest([1; 32]),
            TokenHash::from_digest([2; 32]),
        );
        for _ in 0..60 {
            throttles.key(busy, NOW).unwrap();
        }
        assert_eq!(throttles.key_waits(&busy, NOW), Err(Wait(1)));
        assert_eq!(throttles.key(busy, NOW), Err(Wait(1)));
        assert!(throttles.key_waits(&quiet, NOW).is_ok() && throttles.key(quiet, NOW).is_ok());
        let later = NOW + time::Duration::SECOND;
        assert!(throttles.key_waits(&busy, later).is_ok() && throttles.key(busy, later).is_ok());
    }

    #[test]
    fn a_key_without_a_limit_never_waits() {
        let throttles = Throttles::default().per_key(None);
        let key = TokenHash::from_digest([1; 32]);
        assert!((0..10_000).all(|_| throttles.key(key, NOW).is_ok()));
    }

    #[test]
    fn the_memory_is_bounded() {
        let throttle: Throttle<u32> = Throttle::new(Rule::BY_ADDRESS);
        for key in 0..60_000_u32 {
            throttle
                .enter(key, NOW + time::Duration::milliseconds(i64::from(key)))
                .unwrap();
        }
        assert!(throttle.tries.lock().unwrap().len() <= MAX_KEYS);
    }
}
