use reqwest::RequestBuilder;
use trust::{Control, Found};
use web::{Access, RouteInfo, Surface};

use super::authorization::another_state;
use super::visitor::{Failed, Visitor};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "web.csrf",
    "ID-11",
    "Every write that a signed-in browser's cookie could make is refused when another site's page sends it, and when it comes without its form's token; what comes back from an app is taken once, and only with the unguessable state of a round trip that the same person began.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let browser = Visitor::new(context).await?.sign_in(context).await?;
    let routes = web::routes();
    let (mut sites, mut tokens) = (0, 0);
    for route in routes.iter().filter(|route| is_written_by_browsers(route)) {
        let asked = || browser.asks(context, route.method.clone(), &path(route));
        for (header, value) in [
            ("origin", "https://elsewhere.invalid"),
            ("sec-fetch-site", "cross-site"),
        ] {
            // With its token, as if the other site had found that out.
            let asked = asked()
                .header("x-csrf-token", &browser.csrf)
                .header(header, value);
            if let Some(got) = not_refused(asked, "web.cross_site").await? {
                fail!(
                    "{} {} from another site ({header}) {got}",
                    route.method,
                    route.path
                );
            }
        }
        sites += 1;
        // What anybody may call takes JSON alone, which no form of another site can send.
        if route.surface == Surface::Api && route.access == Access::Public {
            continue;
        }
        for token in [None, Some("forged")] {
            let asked = token
                .iter()
                .fold(asked(), |asked, token| asked.header("x-csrf-token", *token));
            if let Some(got) = not_refused(asked, "web.csrf").await? {
                fail!(
                    "{} {} with {token:?} for a token {got}",
                    route.method,
                    route.path
                );
            }
        }
        tokens += 1;
    }
    let signed_out = browser.asks(context, reqwest::Method::POST, "/sign-out");
    let signed_out = signed_out
        .header("x-csrf-token", &browser.csrf)
        .send()
        .await?
        .status();
    if !signed_out.is_redirection() {
        return Ok(Found::Error(format!(
            "signing out with the right token got {signed_out}"
        )));
    }
    if let Some(why) = another_state(context).await? {
        return Ok(Found::Fail(why));
    }
    Ok(Found::Pass(format!(
        "{sites} writes refused from another origin and from another site, {tokens} without their token and with a forged one; signing out with the right one went through; an app's answer was refused with a made-up state, with that of another person's round trip, and with one that was used"
    )))
}

/// Whether a browser's cookie could speak on it. A relay changes nothing, and shows what came.
fn is_written_by_browsers(route: &RouteInfo) -> bool {
    let opens = matches!(route.surface, Surface::Page | Surface::Api)
        && !matches!(route.access, Access::AnonymousKey | Access::ServiceKey(_));
    opens && !route.method.is_safe() && !route.is_relay
}

/// The path, with something that is nothing's name in each place for one.
fn path(route: &RouteInfo) -> String {
    let parts = route.path.split('/');
    let filled = parts.map(|part| if part.starts_with('{') { "none" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

/// What it got instead of a refusal with that code, if anything.
async fn not_refused(asked: RequestBuilder, code: &str) -> Result<Option<String>, Failed> {
    let answer = asked.send().await?;
    let status = answer.status().as_u16();
    // A page tells it in its own words, with the code below them.
    let said = answer.text().await?;
    let is_refused = status == 403 && said.contains(code);
    Ok((!is_refused).then(|| format!("got {status}")))
}
