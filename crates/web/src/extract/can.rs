use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use axum::extract::FromRequestParts;
use broker::protocol::{Answer, Call};
use broker::socket::CallError;
use crypto::token::{self, TokenKind};
use db::{ReadTx, WriteTx};
use http::header;
use http::request::Parts;
use identity::{Account, Principal, PrincipalKind};
use kernel::{Scope, TokenHash};
use mail::WayFace;
use ui::{Nav, Verification};

use crate::context::Context;
use crate::extract::service_key;
use crate::problem::{Problem, kind};
use crate::route::permission::Permit;
use crate::route::{Access, Guard, Surface};
use crate::session::Cookies;
use crate::throttle::Wait;
use crate::{AppState, extract};

/// Proof that whoever asks may do `P`, with what they need to do it.
///
/// Whoever has one has been bound by the database: `principal` is what it said of the credential,
/// and no part of the request named an organisation (ID-09). The database decides again, by its
/// policies, about everything that is then read or written.
pub struct Can<P> {
    /// Who asks.
    pub principal: Principal,
    /// The credential, by its hash.
    pub scope: Scope,
    /// What every handler shares.
    pub state: AppState,
    /// The transaction that the principal was read in, for the handler's own reads. Drop it before
    /// a write or a call to the broker: a request that holds one connection while it waits for
    /// another can starve the pool.
    pub tx: ReadTx,
    pub(crate) context: Arc<Context>,
    permit: PhantomData<P>,
}

impl<P: Permit> Guard for Can<P> {
    const ACCESS: Access = P::ACCESS;
}

impl<P> Can<P> {
    /// Gives the reading transaction back and opens one that writes.
    pub async fn write(&self) -> Result<WriteTx, Problem> {
        Ok(self.state.db.write(&self.scope).await?)
    }

    /// The parts that outlive the reading transaction, which ends here.
    pub(crate) fn release(self) -> Caller {
        let Self {
            principal,
            scope,
            state,
            context,
            ..
        } = self;
        Caller {
            principal,
            scope,
            state,
            context,
        }
    }
}

/// Who asks, after the reading transaction has ended.
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) scope: Scope,
    pub(crate) state: AppState,
    pub(crate) context: Arc<Context>,
}

impl Caller {
    pub(crate) async fn write(&self) -> Result<WriteTx, Problem> {
        Ok(self.state.db.write(&self.scope).await?)
    }

    /// Asks the broker, within the organisation's share.
    pub(crate) async fn ask(&self, call: Call) -> Result<Answer, CallError> {
        let organisation = self.principal.organisation.to_string();
        self.state
            .broker
            .of(&organisation)
            .call(&self.scope, call)
            .await
    }

    /// Reads again, after a write or a call has ended.
    pub(crate) async fn again<P: Permit>(self) -> Result<Can<P>, Problem> {
        let Self {
            scope,
            state,
            context,
            ..
        } = self;
        let (tx, principal) = admit(&state, &scope, P::ACCESS).await?;
        Ok(Can {
            principal,
            scope,
            state,
            tx,
            context,
            permit: PhantomData,
        })
    }

    /// Where the request comes from and what the client calls itself, for records.
    pub(crate) fn seen(&self) -> (String, &str) {
        (self.context.address.to_string(), &self.context.agent)
    }
}

impl<P: Permit> FromRequestParts<AppState> for Can<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let context = extract::context(parts)?;
        let scope = credential(state, parts, &context).await?;
        if let Scope::ServiceKey(_) = scope {
            return Err(service_key::has_no_person(state, &scope).await);
        }
        let key = counted(&scope);
        if let Some(key) = key {
            // A key that asks too often is told so without the database.
            let waits = state.throttles.key_waits(key, state.now());
            waits.map_err(too_often)?;
        }
        let (tx, principal) = bind(state, &scope).await?;
        if let Some(key) = key {
            state.throttles.key(*key, state.now()).map_err(too_often)?;
        }
        let (tx, principal) = permit(tx, principal, P::ACCESS)?;
        // Only a frame around an error page misses it if it was set before.
        let _ = context.viewer.set(viewer(state, &principal));
        Ok(Self {
            principal,
            scope,
            state: state.clone(),
            tx,
            context,
            permit: PhantomData,
        })
    }
}

/// Binds a transaction to `scope` and checks what the database says about it.
pub(crate) async fn admit(
    state: &AppState,
    scope: &Scope,
    access: Access,
) -> Result<(ReadTx, Principal), Problem> {
    let (tx, principal) = bind(state, scope).await?;
    permit(tx, principal, access)
}

/// What is counted per key (ID-10): what programs ask. People at browsers are not counted.
pub(super) const fn counted(scope: &Scope) -> Option<&TokenHash> {
    match scope {
        Scope::ApiKey(hash) | Scope::ServiceKey(hash) | Scope::AccessToken(hash) => Some(hash),
        Scope::Anonymous
        | Scope::AnonymousKey { .. }
        | Scope::Session(_)
        | Scope::HalfSession(_)
        | Scope::LoneSession(_)
        | Scope::Job(_)
        | Scope::Turn(_) => None,
    }
}

pub(super) fn too_often(Wait(seconds): Wait) -> Problem {
    Problem::new(kind::KEY_TOO_OFTEN).retry_after(seconds)
}

pub(super) async fn bind(state: &AppState, scope: &Scope) -> Result<(ReadTx, Principal), Problem> {
    let mut tx = state.db.read(scope).await?;
    let principal = identity::principal(&mut tx).await?;
    match scope {
        Scope::ApiKey(hash) | Scope::ServiceKey(hash) => state.key_uses.note(*hash),
        Scope::AccessToken(hash) => state.token_uses.note(*hash),
        Scope::Anonymous
        | Scope::AnonymousKey { .. }
        | Scope::Session(_)
        | Scope::HalfSession(_)
        | Scope::LoneSession(_)
        | Scope::Job(_)
        | Scope::Turn(_) => {}
    }
    Ok((tx, principal))
}

fn permit(
    tx: ReadTx,
    principal: Principal,
    access: Access,
) -> Result<(ReadTx, Principal), Problem> {
    let may = match access {
        Access::Public | Access::SignedIn => true,
        // `Half`, `Anonymous` and `Provisioner` are the ways in there.
        Access::HalfSession | Access::AnonymousKey | Access::ServiceKey(_) => false,
        Access::Person | Access::Account => principal.kind == PrincipalKind::Session,
        Access::Permission(name) => principal.can(name),
    };
    if may {
        Ok((tx, principal))
    } else {
        Err(forbidden(access))
    }
}

pub(super) fn forbidden(access: Access) -> Problem {
    let needed = match access {
        Access::Permission(name) => format!("This needs the permission {name}."),
        Access::ServiceKey(name) => {
            format!("This needs a service key that holds the permission {name}.")
        }
        _ => "Only a person at a browser can do this.".to_owned(),
    };
    Problem::new(kind::ACCESS_FORBIDDEN).saying(needed)
}

/// The API key or access token of the Authorization header, else the session of the cookie.
pub(super) async fn credential(
    state: &AppState,
    parts: &Parts,
    context: &Context,
) -> Result<Scope, Problem> {
    let signed_out = || Problem::new(kind::SIGNED_OUT);
    if let Some(header) = parts.headers.get(header::AUTHORIZATION) {
        if context.surface == Surface::Page {
            return Err(Problem::new(kind::BEARER_ON_PAGE));
        }
        let text = header.to_str().map_err(|_| signed_out())?;
        let (scheme, key) = text.split_once(' ').ok_or_else(signed_out)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(signed_out());
        }
        for kind in [TokenKind::ServiceKey, TokenKind::Operator] {
            if let Ok(hash) = token::hash(kind, key.trim()) {
                return service_key::scope(hash, context.surface, &parts.headers);
            }
        }
        return bearer(state, context.surface, key.trim()).await;
    }
    if matches!(context.surface, Surface::Mcp | Surface::Scim) {
        // A page of another site could make a browser send the cookie.
        return Err(signed_out());
    }
    let cookies = parts.extensions.get::<Cookies>().ok_or_else(signed_out)?;
    let session = cookies.session.as_deref().ok_or_else(signed_out)?;
    let hash = token::hash(TokenKind::Session, session).map_err(|_| signed_out())?;
    Ok(Scope::Session(hash))
}

/// An API key, or an access token for the resource that it is shown at (RFC 8707, RFC 9068 4).
async fn bearer(state: &AppState, surface: Surface, presented: &str) -> Result<Scope, Problem> {
    if let Ok(hash) = token::hash(TokenKind::ApiKey, presented) {
        return Ok(Scope::ApiKey(hash));
    }
    let resource = match surface {
        Surface::Mcp => &state.resources.mcp,
        Surface::Api => &state.resources.api,
        Surface::Page | Surface::Oauth | Surface::Scim => {
            return Err(Problem::new(kind::SIGNED_OUT));
        }
    };
    let here = (state.resources.issuer.as_str(), resource.as_str());
    let read = state.token_keys.verify(&state.db, presented, here).await?;
    read.map_err(|_| Problem::new(kind::SIGNED_OUT))?;
    // The database decides: it knows the token by all of its bytes, or it is none.
    let hash = crypto::digest::sha256(presented.as_bytes());
    Ok(Scope::AccessToken(TokenHash::from_digest(hash)))
}

pub(crate) fn viewer(state: &AppState, principal: &Principal) -> ui::Viewer {
    ui::Viewer {
        verification: verification(state, principal.is_verified),
        name: principal.name.clone(),
        email: principal.email.clone(),
        organisation: principal.organisation_name.clone(),
        role: role_shown(&principal.role, principal.custom_role.as_deref()),
        in_organisation: true,
        places: places(principal),
        permissions: principal.permissions.clone(),
    }
}

/// Somebody in no organisation: nothing of the navigation leads them anywhere.
pub(super) fn lone_viewer(state: &AppState, who: &Account) -> ui::Viewer {
    ui::Viewer {
        verification: verification(state, who.is_verified),
        name: who.name.clone(),
        email: who.email.clone(),
        organisation: "No organisation".to_owned(),
        role: String::new(),
        in_organisation: false,
        places: Vec::new(),
        permissions: Vec::new(),
    }
}

fn verification(state: &AppState, is_verified: bool) -> Verification {
    match (is_verified, &state.mail) {
        (true, _) => Verification::Done,
        (false, WayFace::Off) => Verification::NoMail,
        (false, _) => Verification::Asked,
    }
}

/// Where the navigation leads somebody: to the pages that would let them in.
fn places(principal: &Principal) -> Vec<Nav> {
    static GUARDS: LazyLock<Vec<(Nav, Access)>> = LazyLock::new(|| {
        let routes = crate::routes();
        let guard = |nav: Nav| {
            let leads_there = |route: &&crate::RouteInfo| {
                route.method == http::Method::GET && route.path == nav.href()
            };
            routes.iter().find(leads_there).map(|r| (nav, r.access))
        };
        Nav::all().filter_map(guard).collect()
    });
    let open = GUARDS.iter().filter(|(_, access)| match access {
        Access::Permission(name) => principal.can(name),
        Access::Public | Access::SignedIn | Access::Person | Access::Account => true,
        Access::HalfSession | Access::AnonymousKey | Access::ServiceKey(_) => false,
    });
    open.map(|(nav, _)| *nav).collect()
}

/// What somebody is called: by the organisation's own role, where they have one.
pub(crate) fn role_shown(role: &str, custom: Option<&str>) -> String {
    custom.map_or_else(|| role_in_words(role), str::to_owned)
}

/// `OWNER` as people say it.
pub(crate) fn role_in_words(role: &str) -> String {
    let mut letters = role.chars();
    letters.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(letters.flat_map(char::to_lowercase))
            .collect()
    })
}

impl<P> fmt::Debug for Can<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Can")
            .field("principal", &self.principal.credential)
            .finish_non_exhaustive()
    }
}
