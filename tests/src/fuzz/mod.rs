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
    use std::collections::BTreeSet;

    use super::journey::{journey, start_over};
    use super::*;
    use crate::controls::passing;

    /// A longer run, or another one, than the usual.
    fn asked(name: &str, usual: u64) -> u64 {
        said(name).map_or(usual, |number| number.parse().unwrap())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long to look and at what, not what to find"
    )]
    fn said(name: &str) -> Option<String> {
        std::env::var(name).ok()
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
            "oauth.grants.grants_end",
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
    const BESIDE: [(&str, &str); 5] = [
        (
            "approvals.proposals.shared_use",
            "the broker's login alone adds proposals: tests/src/access/sharing_attacks.rs",
        ),
        (
            "approvals.proposals.turn",
            "the broker's login alone has turns: tests/src/vault/turn.rs",
        ),
        (
            "broker.credentials.turn",
            "the broker's login alone has turns: tests/src/vault/turn.rs",
        ),
        (
            "broker.data_keys.turn",
            "the broker's login alone has turns: tests/src/vault/turn.rs",
        ),
        (
            "broker.authorizations.shared",
            "the broker's login alone adds round trips: tests/src/access/sharing_attacks.rs",
        ),
    ];

    /// A control that passed, and does no more.
    async fn fallen(tenants: &Tenants, sound: &BTreeSet<String>) -> Option<String> {
        let passing = passing(&tenants.world.app).await;
        let fallen = sound.difference(&passing).next();
        fallen.map(|control| format!("control {control}"))
    }

    #[tokio::test]
    async fn no_policy_stands_behind_a_wider_one() {
        let mut tenants = Tenants::start().await;
        let covered: Vec<String> = sqlx::query_scalar(
            "with policies as (
                 select p.polrelid, p.polname, p.polcmd, p.polpermissive, r.role,
                        coalesce(pg_get_expr(p.polqual, p.polrelid), 'true') as qual,
                        coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') as with_check
                   from pg_policy p, unnest(p.polroles) r (role))
             select a.polrelid::regclass || '.' || a.polname from policies a join policies b
                 on b.polrelid = a.polrelid and b.role = a.role and b.polname <> a.polname
                and b.polcmd in ('*', a.polcmd) and b.qual = 'true' and b.with_check = 'true'
              where a.polpermissive and b.polpermissive",
        )
        .fetch_all(&mut tenants.fate)
        .await
        .unwrap();
        assert_eq!(covered, Vec::<String>::new());
    }

    #[tokio::test]
    #[ignore = "takes an hour: bench/policies.sh"]
    async fn each_policy_is_missed() {
        let mut tenants = Tenants::start().await;
        let mut never = Vec::new();
        journey(&mut tenants.world).await.unwrap();
        let sound = passing(&tenants.world.app).await;
        let from = said("POLICIES_FROM").unwrap_or_default();
        for policy in policies(&mut tenants).await {
            let name = format!("{}.{}", policy.table, policy.name);
            if name < from {
                continue;
            }
            if let Some((_, why)) = BESIDE.iter().find(|(beside, _)| *beside == name) {
                println!("{:>8}  {name}: {why}", "-");
                continue;
            }
            tenants.freshen().await;
            tenants.renew().await;
            let mutant = Mutant::without(&mut tenants, policy).await;
            let mut difference = run(&mut tenants, &mut Dice::new(11), 1500).await.err();
            let mut noticed = None;
            if difference.is_none() {
                noticed = journey(&mut tenants.world).await.err();
            }
            if difference.is_none() && noticed.is_none() {
                noticed = fallen(&tenants, &sound).await;
            }
            if difference.is_none() && noticed.is_none() {
                tenants.freshen().await;
                difference = run(&mut tenants, &mut Dice::new(11), 6000).await.err();
            }
            mutant.restore(&mut tenants).await;
            if let Some(difference) = difference {
                // With the policy there is none, once nobody remembers what was without it.
                tenants.freshen().await;
                start_over(&mut tenants.world).await;
                let again = run(&mut tenants, &mut Dice::new(11), difference.after).await;
                assert!(again.is_ok(), "{name} is not why: {difference:?}");
                noticed = Some(difference.after.to_string());
            }
            let told = noticed.as_deref().unwrap_or("NEVER");
            println!("{told:>8}  {name}");
            if noticed.is_none() {
                never.push(name);
            }
        }
        // Nothing of it was noticed for another reason.
        journey(&mut tenants.world).await.unwrap();
        assert_eq!(fallen(&tenants, &sound).await, None);
        run(&mut tenants, &mut Dice::new(12), 500).await.unwrap();
        assert!(never.is_empty(), "nobody missed {never:?}");
    }
}
