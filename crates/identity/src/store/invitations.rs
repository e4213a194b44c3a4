//! Invitations, and who belongs to an organisation.

use db::{Error, ReadTx, WriteTx};
use kernel::{InvitationId, RoleId, TokenHash, UserId};

use super::seconds;
use crate::accept_invitation::Joined;
use crate::set_password::Chosen;
use crate::{Email, Given, InvitationFace, InvitationRow, NewSession, SESSION_LIFETIME, SignedIn};

pub(crate) async fn invite(
    tx: &mut WriteTx,
    id: InvitationId,
    email: &Email,
    given: Given,
) -> Result<String, Error> {
    let (role, level) = given.standing();
    let answer = sqlx::query_scalar!(
        r#"select identity.invite($1, $2, $3, $4, $5) as "answer!""#,
        id.uuid(),
        email.as_str(),
        role,
        level,
        given.custom().map(RoleId::uuid),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn list(tx: &mut ReadTx) -> Result<Vec<InvitationRow>, Error> {
    let rows = sqlx::query!(
        r#"select i.id, i.email, i.role, i.level, r.name as "custom_role?", u.name as invited_by, i.created_at,
                  (select max(l.expires_at) from identity.links l
                    where l.invitation_id = i.id and l.kind = 'invitation' and l.ended_at is null) as expires_at
             from identity.invitations i
             join identity.users u on u.id = i.invited_by
             left join access.roles r on r.org_id = i.org_id and r.id = i.role_id
            where i.accepted_at is null and i.revoked_at is null
            order by i.created_at desc, i.id
            limit 500"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| InvitationRow {
            id: row.id.into(),
            email: row.email,
            role: row.role,
            level: row.level,
            custom_role: row.custom_role,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
        .collect())
}

pub(crate) async fn revoke(tx: &mut WriteTx, id: InvitationId) -> Result<bool, Error> {
    let revoked = sqlx::query_scalar!(
        r#"select identity.revoke_invitation($1) as "revoked!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(revoked)
}

pub(crate) async fn again(tx: &mut WriteTx, id: InvitationId) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(
        r#"select identity.send_invitation_again($1) as "answer!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn face(
    tx: &mut ReadTx,
    link: &TokenHash,
) -> Result<Option<InvitationFace>, Error> {
    let row = sqlx::query!(
        r#"select email as "email!", role as "role!", level as "level!", custom_role, org_name as "organisation!",
                  inviter_name as "inviter!", expires_at as "expires_at!", has_account as "has_account!"
             from identity.invitation_face($1)"#,
        link.as_bytes(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| InvitationFace {
        email: row.email,
        role: row.role,
        level: row.level,
        custom_role: row.custom_role,
        organisation: row.organisation,
        inviter: row.inviter,
        expires_at: row.expires_at,
        has_account: row.has_account,
    }))
}

pub(crate) async fn accept(
    tx: &mut WriteTx,
    link: &TokenHash,
    session: &NewSession,
) -> Result<Option<Joined>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", org_id as "org!", invitation_id as "invitation!"
             from identity.accept_invitation($1, row($2, $3, $4, $5, $6, $7)::identity.new_session)"#,
        link.as_bytes(),
        session.id.uuid(),
        session.hash.as_bytes(),
        session.client,
        session.address,
        session.device_hash.as_slice(),
        seconds(SESSION_LIFETIME),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Joined {
        signed_in: SignedIn {
            user: row.user.into(),
            organisation: row.org.into(),
        },
        invitation: row.invitation.into(),
    }))
}

pub(crate) async fn sign_up(
    tx: &mut WriteTx,
    link: &TokenHash,
    (user, name, chosen): (UserId, &str, &Chosen),
    session: &NewSession,
) -> Result<Option<Joined>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", org_id as "org!", invitation_id as "invitation!"
             from identity.sign_up_by_invitation(
                 $1, $2, $3, $4, $5, row($6, $7, $8, $9, $10, $11)::identity.new_session)"#,
        link.as_bytes(),
        user.uuid(),
        name,
        chosen.parameters.as_str(),
        chosen.proof.expose(),
        session.id.uuid(),
        session.hash.as_bytes(),
        session.client,
        session.address,
        session.device_hash.as_slice(),
        seconds(SESSION_LIFETIME),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Joined {
        signed_in: SignedIn {
            user: row.user.into(),
            organisation: row.org.into(),
        },
        invitation: row.invitation.into(),
    }))
}

pub(crate) async fn change_member(
    tx: &mut WriteTx,
    user: UserId,
    given: Given,
) -> Result<String, Error> {
    let (role, level) = given.standing();
    let verdict = sqlx::query_scalar!(
        r#"select identity.change_member($1, $2, $3, $4) as "verdict!""#,
        user.uuid(),
        role,
        level,
        given.custom().map(RoleId::uuid),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn remove_member(tx: &mut WriteTx, user: UserId) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select identity.remove_member($1) as "verdict!""#,
        user.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}
