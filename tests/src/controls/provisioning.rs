//! ID-08: the control about directories, falling with what it checks switched off.

use super::{falls_with, without};

const CONTROL: &str = "identity.provisioning";

#[tokio::test]
async fn id_08_falls_when_the_database_does_not_ask_who_provisions() {
    let any = "create or replace function identity.provisions() returns uuid language sql stable security definer
        set search_path = pg_catalog, pg_temp as $$ select ctx.org() $$";
    falls_with(CONTROL, any, "the database provisions for").await;
}

#[tokio::test]
async fn id_08_falls_when_any_address_will_do() {
    let any = "create or replace function identity.is_own_address(of_org uuid, address text) returns boolean
        language sql stable as $$ select true $$";
    falls_with(CONTROL, any, "of nobody's domain").await;
}

#[tokio::test]
async fn id_08_falls_when_a_directory_finds_another_organisations_people() {
    // Who asks is still asked, and whose people they are is not.
    let open = "do $do$ begin
        execute replace(pg_get_functiondef('identity.provisioned_people'::regproc),
                        'p.org_id = (select identity.provisions())', '(select identity.provisions()) is not null');
        end $do$";
    falls_with(CONTROL, open, "another organisation's directory").await;
}

#[tokio::test]
async fn id_08_falls_when_a_directory_adds_another_organisations_people() {
    let open = "alter table access.provisioned_members drop constraint provisioned_members_org_id_user_id_fkey,
            drop constraint provisioned_members_org_id_team_id_fkey;"
        .to_owned()
        + &without(
            "access.change_provisioned_members",
            "p.org_id = org and p.user_id = one and",
        );
    falls_with(CONTROL, &open, "to a team").await;
}

#[tokio::test]
async fn id_08_falls_when_who_is_inactive_stays_a_member() {
    let kept = without(
        "identity.suspend_provisioned",
        "perform identity.end_membership(org, of_person, null);",
    );
    falls_with(CONTROL, &kept, "a member still").await;
}

#[tokio::test]
async fn id_08_falls_when_an_owner_is_like_everybody() {
    let like = "create or replace function identity.standing_held(of_org uuid, of_person uuid) returns text
        language sql security definer set search_path = pg_catalog, pg_temp as $$
            select 'PARTICIPANT' from identity.memberships m
             where m.org_id = of_org and m.user_id = of_person and m.removed_at is null $$";
    falls_with(CONTROL, like, "ends an owner").await;
}
