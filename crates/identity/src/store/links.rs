//! Links in mails, and what they do.

use db::{Error, ReadTx, WriteTx};
use kernel::TokenHash;

use crate::hashing::Proof;
use crate::set_password::Chosen;
use crate::{Email, LinkFace, Proved};

pub(crate) async fn face(
    tx: &mut ReadTx,
    kind: &str,
    link: &TokenHash,
) -> Result<Option<LinkFace>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", person_name as "name!", email as "email!", expires_at as "expires_at!"
             from identity.link_face($1, $2)"#,
        kind,
        link.as_bytes(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| LinkFace {
        user: row.user.into(),
        name: row.name,
        email: row.email,
        expires_at: row.expires_at,
    }))
}

pub(crate) async fn verify_address(tx: &mut WriteTx, link: &TokenHash) -> Result<bool, Error> {
    let verified = sqlx::query_scalar!(
        r#"select identity.verify_address($1) as "verified!""#,
        link.as_bytes()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verified)
}

pub(crate) async fn ask_verification(tx: &mut WriteTx) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(r#"select identity.ask_verification() as "answer!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(answer)
}

pub(crate) async fn ask_reset(tx: &mut WriteTx, email: &Email) -> Result<(), Error> {
    sqlx::query!("select identity.ask_reset($1)", email.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn reset_password(
    tx: &mut WriteTx,
    link: &TokenHash,
    chosen: &Chosen,
) -> Result<bool, Error> {
    let done = sqlx::query_scalar!(
        r#"select identity.reset_password($1, $2, $3) as "done!""#,
        link.as_bytes(),
        chosen.parameters.as_str(),
        chosen.proof.expose(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(done)
}

pub(crate) async fn change_password(
    tx: &mut WriteTx,
    current: &Proof,
    chosen: &Chosen,
) -> Result<Proved, Error> {
    let is_right = sqlx::query_scalar!(
        r#"select identity.change_password($1, $2, $3) as "is_right!""#,
        current.expose(),
        chosen.parameters.as_str(),
        chosen.proof.expose(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(super::looked_at(is_right))
}

pub(crate) async fn vouch(tx: &mut WriteTx, email: &Email) -> Result<bool, Error> {
    let known = sqlx::query_scalar!(r#"select identity.vouch($1) as "known!""#, email.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Ok(known)
}
