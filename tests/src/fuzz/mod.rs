//! Random operations by SQL and over HTTP as many people and credentials in two tenants, compared with
//! a small model of who may see and change what. Any difference is a failure, told with the operation
//! alone: none of them leaves anything behind, so that each fails by itself.
//!
//! `bench/policies.sh` drops each policy of the schema in turn and counts how many operations it takes
//! until the difference is seen; the sample of it here keeps the fuzzer itself honest.

mod actor;
mod http;
mod journey;
mod model;
mod mutant;
mod operation;
mod schema;
mod sql;
mod tenants;

use mutant::{Mutant, policies};
use tenants::Tenants;

use operation::Operation;

/// A small generator (SplitMix64), so that a run is told by its seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What differed from the model, and after how many operations.
#[derive(Debug)]
#[expect(dead_code, reason = "told by Debug")]
pub(crate) struct Difference {
    after: usize,
    told: String,
}

/// Runs `count` operations. The first that differs from the model ends the run.
pub(crate) async fn run(
    tenants: &mut Tenants,
    dice: &mut Dice,
    count: usize,
) -> Result<(), Difference> {
    for after in 1..=count {
        let operation = Operation::roll(tenants, dice);
        if let Err(told) = operation.run(tenants).await {
            return Err(Difference { after, told });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::journey::journey;
    use super::*;

    /// A longer run, or another one, than the usual.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long to look, not what to find"
    )]
    fn asked(name: &str, usual: u64) -> u64 {
        std::env::var(name).map_or(usual, |number| number.parse().unwrap())
    }

    #[tokio::test]
    async fn two_tenants_see_and_change_what_the_model_says() {
        let mut tenants = Tenants::start().await;
        let (seed, count) = (asked("FUZZ_SEED", 1), asked("FUZZ_OPERATIONS", 3000));
        let before = tenants.untouched().await;
        if let Err(difference) = run(
            &mut tenants,
            &mut Dice::new(seed),
            usize::try_from(count).unwrap(),
        )
        .await
        {
            panic!("FUZZ_SEED={seed}: {difference:#?}");
        }
        assert_eq!(
            before,
            tenants.untouched().await,
            "something was left behind"
        );
    }

    #[tokio::test]
    async fn a_policy_that_is_missing_is_noticed() {
        let mut tenants = Tenants::start().await;
        // Reading, changing, adding and removing; each login.
        for name in [
            "access.api_keys.api_keys_read",
            "identity.sessions.sessions_own_end",
            "identity.links.links_own_add",
            "insight.names.names_remove",
            "connectors.connections.connections_read",
            "broker.credentials.credentials_broker",
            "identity.users.users_definer_read",
            "access.asset_grants.asset_grants_read",
            "approvals.proposals.shared",
            "insight.events.shared",
        ] {
            let mutant = Mutant::drop(&mut tenants, name).await;
            let noticed = run(&mut tenants, &mut Dice::new(7), 2000).await;
            assert!(noticed.is_err(), "nobody missed {name}");
            mutant.restore(&mut tenants).await;
        }
        run(&mut tenants, &mut Dice::new(8), 200).await.unwrap();
    }

    #[tokio::test]
    async fn a_policy_that_is_too_wide_is_noticed() {
        let mut tenants = Tenants::start().await;
        for name in [
            "approvals.proposals.proposals_read",
            "broker.calls.shared",
            "oauth.grants.grants_end",
            "insight.logs.logs_add",
            "insight.logs.logs_remove",
        ] {
            let mutant = Mutant::open(&mut tenants, name).await;
            let noticed = run(&mut tenants, &mut Dice::new(9), 2000).await;
            assert!(noticed.is_err(), "nobody noticed that {name} is open");
            mutant.restore(&mut tenants).await;
        }
    }

    /// Policies that nothing here can miss, and why.
    const BESIDE: [(&str, &str); 2] = [
        (
            "approvals.proposals.shared_use",
            "the broker's login alone adds proposals: tests/src/access/sharing_attacks.rs",
        ),
        (
            "broker.authorizations.shared",
            "the broker's login alone adds round trips: tests/src/access/sharing_attacks.rs",
        ),
    ];

    #[tokio::test]
    #[ignore = "takes minutes: bench/policies.sh"]
    async fn each_policy_is_missed() {
        let mut tenants = Tenants::start().await;
        let mut never = Vec::new();
        for policy in policies(&mut tenants).await {
            let name = format!("{}.{}", policy.table, policy.name);
            if let Some((_, why)) = BESIDE.iter().find(|(beside, _)| *beside == name) {
                println!("{:>8}  {name}: {why}", "-");
                continue;
            }
            tenants.freshen().await;
            let mutant = Mutant::without(&mut tenants, policy).await;
            let noticed = match run(&mut tenants, &mut Dice::new(11), 1500).await {
                Err(difference) => Some(difference.after.to_string()),
                Ok(()) => journey(&tenants.world)
                    .await
                    .err()
                    .map(|_| "journey".to_owned()),
            };
            mutant.restore(&mut tenants).await;
            println!("{:>8}  {name}", noticed.as_deref().unwrap_or("NEVER"));
            if noticed.is_none() {
                never.push(name);
            }
        }
        assert!(never.is_empty(), "nobody missed {never:?}");
    }
}
