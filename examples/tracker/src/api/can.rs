use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::bearer::Principal;
use super::problem::Problem;
use crate::oauth::Scope;

/// A client that may do `R`: the argument is the permission.
#[derive(Debug)]
pub(super) struct Can<R> {
    pub(super) principal: Principal,
    right: PhantomData<R>,
}

/// What a handler does, and the scope that it takes.
pub(super) trait Right {
    const SCOPE: Scope;
}

#[derive(Debug)]
pub(super) struct ReadIssues;

#[derive(Debug)]
pub(super) struct WriteIssues;

impl Right for ReadIssues {
    const SCOPE: Scope = Scope::IssuesRead;
}

impl Right for WriteIssues {
    const SCOPE: Scope = Scope::IssuesWrite;
}

impl<R: Right, S: Sync> FromRequestParts<S> for Can<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, state).await?;
        if principal.scopes.contains(R::SCOPE) {
            Ok(Self {
                principal,
                right: PhantomData,
            })
        } else {
            Err(Problem::insufficient_scope(R::SCOPE))
        }
    }
}
