//! PR-01: the control about exports and deletions, falling with what it checks switched off.

use super::{falls_with, without};

/// Has a table keep its rows, whoever deletes them.
fn kept(table: &str) -> String {
    format!(
        "create function public.keep() returns trigger language plpgsql as 'begin return null; end';
         create trigger keep before delete on {table} for each row execute function public.keep()"
    )
}

#[tokio::test]
async fn pr_01_falls_when_devices_outlive_the_account() {
    falls_with(
        "privacy.export_delete",
        &kept("identity.devices"),
        "identity.devices",
    )
    .await;
}

#[tokio::test]
async fn pr_01_falls_when_an_address_outlives_the_account() {
    let kept = without(
        "identity.forget_person",
        "email_verified_at = null, email = nobody, ",
    );
    falls_with("privacy.export_delete", &kept, "identity.users").await;
}

#[tokio::test]
async fn pr_01_falls_when_the_export_leaves_passkeys_out() {
    let blind =
        "create policy blind on identity.passkeys as restrictive for select to countersign_definer
        using (name not like 'canary%')";
    falls_with("privacy.export_delete", blind, "passkeys").await;
}
