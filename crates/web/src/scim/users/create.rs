use ::scim::{Resource, User, read};
use axum::response::Response;
use http::StatusCode;
use identity::DirectoryPerson;
use kernel::UserId;

use super::super::body::Body;
use super::super::list::Asked;
use super::{address, shown};
use crate::extract::{Provisioner, Query};
use crate::problem::{Problem, kind};

/// Takes the directory's word that somebody belongs to the organisation (RFC 7644 3.3).
pub(in crate::scim) async fn create(
    directory: Provisioner,
    Query(asked): Query<Asked>,
    Body(body): Body,
) -> Result<Response, Problem> {
    let user = User::of(&read(Resource::User, &body)?)?;
    let address = address(&user)?;
    let directory = directory.release();
    let state = &directory.state;
    let mut tx = directory.write().await?;
    let attributes = user.attributes.to_string();
    let name = user.shown();
    let person = DirectoryPerson {
        address: Some(&address),
        name: &name,
        user_name: &user.user_name,
        external_id: user.external_id.as_deref(),
        attributes: &attributes,
    };
    let new = UserId::new(state.now(), state.db.chance());
    let (id, _, entry) = identity::provision(&mut tx, new, (&address, person)).await?;
    let mut told = vec![entry];
    if user.active == Some(false) {
        told.extend(identity::suspend(&mut tx, id).await?);
    }
    let named = identity::hold_provisioned(&mut tx, id).await?;
    let named = named.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    tx.commit_all(told).await?;
    let projection = asked.projection(Resource::User);
    Ok(shown(state, &named)?.answer(StatusCode::CREATED, (Resource::User, &projection)))
}
