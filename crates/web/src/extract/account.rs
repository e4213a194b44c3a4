use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use db::{ReadTx, WriteTx};
use http::request::Parts;
use identity::Principal;
use kernel::Scope;

use super::can::{bind, credential, forbidden, lone_viewer, viewer};
use crate::context::Context;
use crate::problem::{Problem, kind};
use crate::route::{Access, Guard};
use crate::{AppState, extract};

/// Proof that whoever asks is a person at a browser, in an organisation or in none: for what is theirs, and
/// no organisation's. In none, the database shows them no row of anybody else's.
pub(crate) struct Account {
    pub(crate) who: identity::Account,
    /// What they are where their session acts; none where that is nowhere.
    pub(crate) principal: Option<Principal>,
    pub(crate) scope: Scope,
    pub(crate) state: AppState,
    /// As of [`super::Can`].
    pub(crate) tx: ReadTx,
    pub(crate) context: Arc<Context>,
}

/// [`Account`], by somebody who has proven lately who they are.
#[derive(Debug)]
pub(crate) struct RecentAccount(pub(crate) Account);

impl Guard for Account {
    const ACCESS: Access = Access::Account;
}

impl Guard for RecentAccount {
    const ACCESS: Access = Access::Account;
}

impl Account {
    /// The parts that outlive the reading transaction, which ends here.
    pub(crate) fn release(self) -> Holder {
        Holder {
            who: self.who,
            scope: self.scope,
            state: self.state,
            context: self.context,
        }
    }
}

/// Who asks, after the reading transaction has ended.
pub(crate) struct Holder {
    pub(crate) who: identity::Account,
    pub(crate) scope: Scope,
    pub(crate) state: AppState,
    pub(crate) context: Arc<Context>,
}

impl Holder {
    pub(crate) async fn write(&self) -> Result<WriteTx, Problem> {
        Ok(self.state.db.write(&self.scope).await?)
    }

    /// Reads again, after a write has ended.
    pub(crate) async fn again(self) -> Result<Account, Problem> {
        admit(&self.state, &self.scope, self.context).await
    }
}

/// Binds a session, in its organisation or in none.
async fn admit(state: &AppState, scope: &Scope, context: Arc<Context>) -> Result<Account, Problem> {
    let (Scope::Session(hash) | Scope::LoneSession(hash)) = *scope else {
        return Err(forbidden(Access::Account));
    };
    let whole = Scope::Session(hash);
    let (tx, scope, who, principal) = match bind(state, &whole).await {
        Ok((tx, principal)) => {
            let _ = context.viewer.set(viewer(state, &principal));
            let who = identity::Account::from(&principal);
            (tx, whole, who, Some(principal))
        }
        Err(problem) if problem.kind() == &kind::NO_ORGANISATION => {
            let scope = Scope::LoneSession(hash);
            let mut tx = state.db.read(&scope).await?;
            let who = identity::account(&mut tx).await?;
            let _ = context.viewer.set(lone_viewer(state, &who));
            (tx, scope, who, None)
        }
        Err(problem) => return Err(problem),
    };
    Ok(Account {
        who,
        principal,
        scope,
        state: state.clone(),
        tx,
        context,
    })
}

impl FromRequestParts<AppState> for Account {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let context = extract::context(parts)?;
        let scope = credential(state, parts, &context).await?;
        admit(state, &scope, context).await
    }
}

impl FromRequestParts<AppState> for RecentAccount {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let account = Account::from_request_parts(parts, state).await?;
        if account.who.is_recent {
            Ok(Self(account))
        } else {
            Err(Problem::new(kind::NOT_RECENT))
        }
    }
}

impl Deref for RecentAccount {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("session", &self.who.session)
            .finish_non_exhaustive()
    }
}
