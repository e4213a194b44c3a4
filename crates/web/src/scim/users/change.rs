use ::scim::{Address, Resource, User, read};
use axum::response::Response;
use db::WriteTx;
use http::{HeaderMap, StatusCode};
use identity::{DirectoryPerson, Named};
use kernel::{AuditEntry, UserId};

use super::super::answer::must_be_known;
use super::super::body::Body;
use super::super::list::Asked;
use super::{address, known, shown};
use crate::extract::{Id, Provisioner, Query};
use crate::problem::{Problem, kind};

/// Says anew what is so of somebody (RFC 7644 3.5.1). Whether they are active stays where it is not said.
pub(in crate::scim) async fn replace(
    directory: Provisioner,
    Id(id): Id<UserId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Problem> {
    let user = User::of(&read(Resource::User, &body)?)?;
    apply(directory, id, (&asked, &headers), |_| Ok(user)).await
}

/// Changes some of it (RFC 7644 3.5.2).
pub(in crate::scim) async fn patch(
    directory: Provisioner,
    Id(id): Id<UserId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Problem> {
    apply(directory, id, (&asked, &headers), |known| {
        let mut own = User {
            // Left out, so that what is there afterwards is what the patch says: somebody invited is not active, and a
            // patch about something else suspends nobody.
            active: None,
            ..known
        }
        .to_value();
        ::scim::patch(Resource::User, &mut own, &body)?;
        Ok(User::of(&own)?)
    })
    .await
}

async fn apply(
    directory: Provisioner,
    id: UserId,
    (asked, headers): (&Asked, &HeaderMap),
    wanted: impl FnOnce(User) -> Result<User, Problem>,
) -> Result<Response, Problem> {
    let directory = directory.release();
    let mut tx = directory.write().await?;
    let present = held(&mut tx, id).await?;
    must_be_known(headers, present.changed_at)?;
    let told = change(&mut tx, &present, wanted(known(&present)?)?).await?;
    let named = if told.is_empty() {
        present
    } else {
        let named = held(&mut tx, id).await?;
        tx.commit_all(told).await?;
        named
    };
    let projection = asked.projection(Resource::User);
    let shown = shown(&directory.state, &named)?;
    Ok(shown.answer(StatusCode::OK, (Resource::User, &projection)))
}

async fn held(tx: &mut WriteTx, id: UserId) -> Result<Named, Problem> {
    let named = identity::hold_provisioned(tx, id).await?;
    named.ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

/// Does what differs, and returns what to tell of it.
async fn change(tx: &mut WriteTx, present: &Named, user: User) -> Result<Vec<AuditEntry>, Problem> {
    let before = known(present)?;
    let mut told = Vec::new();
    let is_same = before.user_name == user.user_name
        && before.external_id == user.external_id
        && before.attributes == user.attributes;
    if !is_same {
        told.push(describe(tx, present.user, &before, &user).await?);
    }
    match user.active {
        Some(true) if !present.is_active => {
            told.extend(identity::reinstate(tx, present.user).await?);
        }
        Some(false) => told.extend(identity::suspend(tx, present.user).await?),
        _ => {}
    }
    Ok(told)
}

async fn describe(
    tx: &mut WriteTx,
    id: UserId,
    before: &User,
    user: &User,
) -> Result<AuditEntry, Problem> {
    let new = match (before.address(), user.address()) {
        // One that did not change is not asked about again.
        (was, is) if was == is => None,
        (_, Address::Email(_)) => Some(address(user)?),
        // Who never had emails is reached by their userName, if that is an address.
        (Address::UserName(_), Address::UserName(_)) => address(user).ok(),
        (Address::Email(_), Address::UserName(_)) => None,
    };
    let attributes = user.attributes.to_string();
    let name = user.shown();
    let person = DirectoryPerson {
        address: new.as_ref(),
        name: &name,
        user_name: &user.user_name,
        external_id: user.external_id.as_deref(),
        attributes: &attributes,
    };
    Ok(identity::change_provisioned(tx, id, person).await?)
}
