//! A server with many organisations, for rotations that take a while.

use crypto::{Context, DataKey, KeyId, MasterKey};
use kernel::{Chance as _, OrganisationId, Secret, SystemRng};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use testkit::app::TestApp;

/// The master key of a line of the file.
pub(crate) fn master(line: &str) -> MasterKey {
    let mut bytes = [0; 32];
    hex::decode_to_slice(line, &mut bytes).unwrap();
    MasterKey::new(&Secret::new(bytes))
}

/// What each value is.
pub(crate) const VALUE: &[u8] = b"a token";

/// Organisations with a data key each, wrapped by the master key that seals now, and so many values sealed by
/// each of these.
pub(crate) async fn many_keys(app: &TestApp, count: usize, values_each: usize) {
    let text = std::fs::read_to_string(&app.master_key_file).unwrap();
    let master = master(text.lines().next().unwrap());
    let (mut orgs, mut ids, mut forms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut owners, mut keys, mut tenants, mut values) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..count {
        let org = OrganisationId::new(time::OffsetDateTime::UNIX_EPOCH, &SystemRng);
        let (tenant, id) = (org.to_string(), format!("dek_{number}"));
        let bytes = Secret::new([7; 32]);
        let form = master.wrap(&bytes, &key_place(Some(&tenant), &id), &SystemRng);
        let key = DataKey::new(KeyId::new(id.as_str()), &bytes);
        for _ in 0..values_each {
            let owner = Uuid::from_bytes(SystemRng.bytes());
            let sealed = key.seal(VALUE, &value_place(&tenant, &owner.to_string()), &SystemRng);
            owners.push(owner);
            keys.push(id.clone());
            tenants.push(org.uuid());
            values.push(sealed.as_bytes().to_vec());
        }
        orgs.push(org.uuid());
        ids.push(id);
        forms.push(form.as_bytes().to_vec());
    }
    let options = app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query("insert into identity.organisations (id, name) select id, 'Many' from unnest($1::uuid[]) id")
        .bind(&orgs)
        .execute(&mut hand)
        .await
        .unwrap();
    sqlx::query(
        "insert into broker.data_keys (id, org_id, purpose, wrapped_by, wrapped)
         select k.id, k.org, 'integration_tokens', $4, k.form
           from unnest($1::uuid[], $2::text[], $3::bytea[]) k (org, id, form)",
    )
    .bind(&orgs)
    .bind(&ids)
    .bind(&forms)
    .bind(master.id().as_str())
    .execute(&mut hand)
    .await
    .unwrap();
    sqlx::query(
        "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         select v.org, v.owner, 'client_secret', 1, v.key, v.sealed
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[]) v (org, owner, key, sealed)",
    )
    .bind(&tenants)
    .bind(&owners)
    .bind(&keys)
    .bind(&values)
    .execute(&mut hand)
    .await
    .unwrap();
}

/// What a data key is wrapped for; no tenant where it is the server's own.
pub(crate) fn key_place<'a>(tenant: Option<&'a str>, id: &'a str) -> Context<'a> {
    Context {
        tenant: tenant.unwrap_or("server"),
        table: match tenant {
            Some(_) => "broker.data_keys",
            None => "broker.server_keys",
        },
        field: "wrapped",
        row: id,
        version: 1,
    }
}

/// What one of the values is sealed for.
pub(crate) const fn value_place<'a>(tenant: &'a str, owner: &'a str) -> Context<'a> {
    Context {
        tenant,
        table: "broker.secrets",
        field: "client_secret",
        row: owner,
        version: 1,
    }
}
