use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use identity::Device;
use kernel::RequestId;

use super::{Edge, address, headers};
use crate::AppState;
use crate::context::Context;
use crate::pages::page_of;
use crate::problem::{self, Problem, kind};
use crate::route::{RouteInfo, Surface};
use crate::session::flash::Flash;
use crate::session::{Cookies, Names, cookie, csrf};

const MAX_AGENT_CHARACTERS: usize = 300;

/// The outermost layer.
pub(super) async fn frame(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let names = Names::of(edge.state.is_https());
    let mut cookies = Cookies::read(request.headers(), names, &edge.state.cookie_key);
    let set_visit = begin_visit(&edge.state, &mut cookies);
    let context = Arc::new(context(&edge, &request, &cookies));
    request.extensions_mut().insert(Arc::clone(&context));
    request.extensions_mut().insert(cookies.clone());
    let mut response = match check_host(&edge.state, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = tell(&edge.state, &context, problem, response);
    }
    if context.surface == Surface::Page && is_html(response.headers()) {
        if let Some(value) = set_visit {
            let set = cookie::set((names, names.visit), &edge.state.cookie_key, &value, None);
            cookie::add(response.headers_mut(), set);
        }
        if cookies.flash.is_some() && !context.is_fragment {
            // It was shown.
            cookie::add(response.headers_mut(), cookie::clear(names, names.flash));
        }
    }
    headers::secure(response.headers_mut(), &context, edge.state.is_https());
    log(
        (&method, path.as_deref()),
        &context,
        &response,
        problem.as_ref(),
        started,
    );
    response
}

/// A browser that has neither session nor visit gets a visit, so that its first form has a token.
fn begin_visit(state: &AppState, cookies: &mut Cookies) -> Option<String> {
    if cookies.session.is_some() || cookies.visit.is_some() {
        return None;
    }
    let mut random = [0_u8; 16];
    state.db.chance().fill(&mut random);
    let value = hex::encode(random);
    cookies.visit = Some(value.clone());
    Some(value)
}

fn context(edge: &Edge, request: &Request, cookies: &Cookies) -> Context {
    let state = &edge.state;
    let mut nonce = [0_u8; 16];
    state.db.chance().fill(&mut nonce);
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let agent = header(header::USER_AGENT.as_str()).unwrap_or_default();
    Context {
        id: RequestId::new(state.now(), state.db.chance()),
        nonce: hex::encode(nonce),
        surface: surface(edge.route(request), request.uri()),
        address: address::client_address(request, &state.trusted_proxies),
        agent: agent
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_AGENT_CHARACTERS)
            .collect(),
        device: device(state, cookies, agent),
        is_fragment: header("hx-request") == Some("true"),
        way_back: way_back(state, request),
        csrf: csrf::token(&state.cookie_key, cookies),
        flash: cookies
            .flash
            .as_deref()
            .and_then(|value| Flash::from_value(value, state.now()))
            .map(Flash::into_view),
        viewer: OnceLock::new(),
    }
}

/// A program that keeps no cookies is known by what it calls itself.
fn device(state: &AppState, cookies: &Cookies, agent: &str) -> Device {
    if let Some(device) = &cookies.device {
        return Device::Kept(device.clone());
    }
    if !agent.starts_with("Mozilla/") {
        return Device::Program(agent.to_owned());
    }
    let mut random = [0_u8; 16];
    state.db.chance().fill(&mut random);
    Device::New(hex::encode(random))
}

/// The page to come back to: this one, or the one whose form this is.
fn way_back(state: &AppState, request: &Request) -> Option<String> {
    let path = if *request.method() == Method::GET {
        request.uri().path_and_query()?.as_str()
    } else {
        let from = request.headers().get(header::REFERER)?.to_str().ok()?;
        from.strip_prefix(&state.origin)?
    };
    (path != "/").then(|| path.to_owned())
}

/// Where no route answers, the path still tells who asked.
fn surface(route: Option<&RouteInfo>, uri: &Uri) -> Surface {
    match route {
        Some(route) => route.surface,
        None if uri.path().starts_with("/api/") => Surface::Api,
        None if uri.path() == "/mcp" => Surface::Mcp,
        None if uri.path().starts_with("/scim/") => Surface::Scim,
        None => Surface::Page,
    }
}

/// A page that made its own name resolve to this server's address must not reach it (DNS
/// rebinding): only the public URL's host is served. Probes by address may ask how we are.
fn check_host(state: &AppState, request: &Request) -> Result<(), Problem> {
    if matches!(request.uri().path(), "/healthz" | "/readyz") {
        return Ok(());
    }
    // RFC 9112 3.2: two of them are two opinions of where this goes.
    if request.headers().get_all(header::HOST).iter().count() > 1 {
        return Err(Problem::new(kind::TWO_HOSTS));
    }
    let named = match request.uri().authority() {
        // HTTP/2 has no Host header but an authority.
        Some(authority) => Some(authority.as_str()),
        None => request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok()),
    };
    if named.is_some_and(|named| named.eq_ignore_ascii_case(&state.authority)) {
        Ok(())
    } else {
        Err(Problem::new(kind::WRONG_HOST).saying(format!(
            "This server is known as {}. Open it there, or set `public_url`.",
            state.origin
        )))
    }
}

/// The body of a problem, in the form that fits whoever asked. What the handler set beside it stays:
/// `Allow`, `WWW-Authenticate`, cookies.
fn tell(
    state: &AppState,
    context: &Arc<Context>,
    problem: &Problem,
    response: Response,
) -> Response {
    let mut rest = response.headers().clone();
    rest.remove(header::CONTENT_LENGTH);
    rest.remove(header::CONTENT_TYPE);
    if context.surface != Surface::Page {
        if problem.status() == 401 {
            rest.entry(header::WWW_AUTHENTICATE)
                .or_insert_with(|| challenge(state, context.surface));
        }
        if context.surface == Surface::Scim {
            return problem::scim_error(problem, rest);
        }
        return problem::problem_json(problem, context, rest);
    }
    if problem.kind() == &kind::SIGNED_OUT {
        let names = Names::of(state.is_https());
        cookie::add(&mut rest, cookie::clear(names, names.session));
        return to_door("/sign-in", context, rest);
    }
    if problem.kind() == &kind::SECOND_FACTOR_DUE {
        return to_door("/sign-in/second-factor", context, rest);
    }
    if problem.kind() == &kind::NO_ORGANISATION {
        return to_door("/organisations", context, rest);
    }
    if problem.kind() == &kind::NOT_RECENT {
        return to_door("/prove", context, rest);
    }
    problem::page(problem, page_of(state, context, None), rest)
}

/// What to come back with. An MCP client is told where it learns who gives tokens (RFC 9728 5.1).
fn challenge(state: &AppState, surface: Surface) -> HeaderValue {
    let metadata = state.link("/.well-known/oauth-protected-resource/mcp");
    let told = match surface {
        Surface::Mcp => format!("Bearer resource_metadata=\"{metadata}\""),
        Surface::Page | Surface::Api | Surface::Oauth | Surface::Scim => "Bearer".to_owned(),
    };
    HeaderValue::from_str(&told).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}

/// To a page that asks who it is, and back from there.
fn to_door(door: &str, context: &Context, mut headers: HeaderMap) -> Response {
    if context.is_fragment {
        if let Ok(door) = HeaderValue::from_str(door) {
            headers.insert("hx-redirect", door);
        }
        return (StatusCode::UNAUTHORIZED, headers).into_response();
    }
    let to = context.way_back.as_deref().map_or_else(
        || door.to_owned(),
        |next| {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{door}?next={next}")
        },
    );
    (headers, Redirect::to(&to)).into_response()
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// One line a request: the route's pattern, not its path; no query, no address, no body.
fn log(
    (method, route): (&Method, Option<&str>),
    context: &Context,
    response: &Response,
    problem: Option<&Problem>,
    started: Instant,
) {
    let status = response.status().as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (code, cause) = problem.map_or(("", None), |problem| (problem.code(), problem.cause()));
    let (request, route) = (context.id, route.unwrap_or("none"));
    if status >= 500 {
        let cause = cause.unwrap_or_default();
        tracing::error!(%request, %method, route, status, duration_ms, code, cause, "web.request");
    } else {
        tracing::info!(%request, %method, route, status, duration_ms, code, "web.request");
    }
}
