//! What pages offer: their links and forms, each by the route that it leads to.

use std::collections::BTreeMap;

use demo::Person;
use reqwest::{Method, StatusCode};
use web::{Access, RouteInfo, Surface};

use super::matrix::Permissions;

/// As many pages of one kind are looked at: a list's rows are not all in one state.
const PAGES_OF_A_KIND: usize = 4;

/// Follows every link from the first page on, and returns the permissions that links and forms lead to.
/// Fails where a page offers what its person does not hold, or leads where nothing is.
pub(super) async fn offers(person: &Person, held: &Permissions) -> Permissions {
    let routes = web::routes();
    let (mut offered, mut beyond) = (Permissions::new(), Vec::new());
    let mut visits: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut waiting, mut seen) = (vec!["/".to_owned()], vec!["/".to_owned()]);
    while let Some(page) = waiting.pop() {
        let answer = person.send(Method::GET, &page, None).await.unwrap();
        let status = answer.status();
        // The one file among the pages is not given over and over, and several standings here are one person's.
        if page == "/account/export" && status == StatusCode::TOO_MANY_REQUESTS {
            continue;
        }
        assert!(
            status == StatusCode::OK,
            "{page} is linked, and answers {status}"
        );
        let text = answer.text().await.unwrap();
        for (method, path) in ways(&text) {
            let Some(route) = route_of(&routes, &method, &path) else {
                continue;
            };
            if let Access::Permission(name) = route.access {
                if held.contains(name) {
                    offered.insert(name.to_owned());
                } else {
                    beyond.push(format!("{page} offers {method} {path}, which needs {name}"));
                }
            }
            let is_page = method == Method::GET && route.access != Access::Public;
            let may = !matches!(route.access, Access::Permission(name) if !held.contains(name));
            if is_page && may && !seen.contains(&path) {
                seen.push(path.clone());
                let count = visits.entry(&route.path).or_default();
                *count += 1;
                if *count <= PAGES_OF_A_KIND {
                    waiting.push(path);
                }
            }
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
    offered
}

/// Where the page's links and forms lead.
fn ways(html: &str) -> Vec<(Method, String)> {
    let mut ways = Vec::new();
    for tag in html.split('<').map(|rest| rest.split('>').next().unwrap()) {
        let of = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            let value = rest.split('"').next()?;
            let path = value.split(['?', '#']).next()?.replace("&amp;", "&");
            path.starts_with('/').then_some(path)
        };
        let sends = tag.contains("method=\"post\"");
        let method = if sends { Method::POST } else { Method::GET };
        ways.extend(of("action").map(|path| (method, path)));
        ways.extend(of("formaction").map(|path| (Method::POST, path)));
        ways.extend(of("hx-post").map(|path| (Method::POST, path)));
        ways.extend(of("hx-get").map(|path| (Method::GET, path)));
        if tag.starts_with("a ") {
            ways.extend(of("href").map(|path| (Method::GET, path)));
        }
    }
    ways
}

/// The page's route at that path: the one with the fewest parameters, as the router finds it.
fn route_of<'a>(routes: &'a [RouteInfo], method: &Method, path: &str) -> Option<&'a RouteInfo> {
    let is_there = |route: &&RouteInfo| {
        let (mut pattern, mut parts) = (route.path.split('/'), path.split('/'));
        let alike = |(one, other): (&str, &str)| one.starts_with('{') || one == other;
        route.surface == Surface::Page
            && route.method == *method
            && pattern.clone().count() == parts.clone().count()
            && pattern.by_ref().zip(parts.by_ref()).all(alike)
    };
    let found = routes.iter().filter(is_there);
    found.min_by_key(|route| route.path.matches('{').count())
}
