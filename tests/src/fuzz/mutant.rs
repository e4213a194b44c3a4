//! A policy taken away or opened, and put back.

use sqlx::{AssertSqlSafe, Executor as _};

use super::Tenants;

/// A policy of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) table: String,
    /// The statement that makes it.
    made_by: String,
    /// The roles that it is for.
    pub(crate) roles: String,
    command: String,
    is_for_writing: bool,
    is_for_reading: bool,
}

/// A schema with one policy in another way.
pub(crate) struct Mutant(Policy);

/// Every policy of the schema.
pub(crate) async fn policies(tenants: &mut Tenants) -> Vec<Policy> {
    let rows: Vec<(String, String, String, String, String, bool, bool)> = sqlx::query_as(
        "select policyname::text, format('%I.%I', schemaname, tablename),
                format('create policy %I on %I.%I as %s for %s to %s', policyname, schemaname, tablename, permissive, cmd,
                       array_to_string(roles, ', '))
                || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', ''),
                array_to_string(roles, ', '), cmd::text, with_check is not null, qual is not null
           from pg_policies order by 2, 1",
    )
    .fetch_all(&mut tenants.fate)
    .await
    .unwrap();
    rows.into_iter()
        .map(
            |(name, table, made_by, roles, command, is_for_writing, is_for_reading)| Policy {
                name,
                table,
                made_by,
                roles,
                command,
                is_for_writing,
                is_for_reading,
            },
        )
        .collect()
}

impl Mutant {
    /// The schema without a policy, named `schema.table.policy`.
    pub(crate) async fn drop(tenants: &mut Tenants, name: &str) -> Self {
        let all = policies(tenants).await;
        let policy = all
            .into_iter()
            .find(|policy| format!("{}.{}", policy.table, policy.name) == name);
        Self::without(
            tenants,
            policy.unwrap_or_else(|| panic!("there is no policy {name}")),
        )
        .await
    }

    /// The schema without a policy.
    pub(crate) async fn without(tenants: &mut Tenants, policy: Policy) -> Self {
        let statement = format!("drop policy {} on {}", policy.name, policy.table);
        tenants
            .fate
            .execute(AssertSqlSafe(statement))
            .await
            .unwrap();
        Self(policy)
    }

    /// The schema with a policy open to everybody's rows.
    pub(crate) async fn open(tenants: &mut Tenants, name: &str) -> Self {
        let mutant = Self::drop(tenants, name).await;
        let policy = &mutant.0;
        let using = if policy.is_for_reading {
            " using (true)"
        } else {
            ""
        };
        let check = if policy.is_for_writing {
            " with check (true)"
        } else {
            ""
        };
        let statement = format!(
            "create policy {} on {} for {} to {}{using}{check}",
            policy.name, policy.table, policy.command, policy.roles
        );
        tenants
            .fate
            .execute(AssertSqlSafe(statement))
            .await
            .unwrap();
        mutant
    }

    /// The schema as it was.
    pub(crate) async fn restore(self, tenants: &mut Tenants) {
        let Self(policy) = self;
        let statement = format!(
            "drop policy if exists {} on {}; {}",
            policy.name, policy.table, policy.made_by
        );
        tenants
            .fate
            .execute(AssertSqlSafe(statement))
            .await
            .unwrap();
    }
}
