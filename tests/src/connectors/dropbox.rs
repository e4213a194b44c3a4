//! Dropbox, as the routes and types of the npm package `dropbox` describe it: it is made from the specification that
//! Dropbox makes its own servers' interfaces from.

use std::collections::{BTreeMap, BTreeSet};

use manifest::Class;
use serde_json::{Value, json};

use super::{kept, planned, root, shipped};

/// Each route, with where it is served and the scope that it asks for.
fn routes() -> BTreeMap<String, (String, Option<String>)> {
    let text = package("lib/routes.js");
    let calls = text.split("this.request(").skip(1).map(|rest| {
        let (arguments, _) = rest.split_once(')').unwrap();
        // route, argument, who asks, host, style, scope, options
        let parts: Vec<_> = quoted(arguments);
        let scope = parts.get(4).map(|scope| (*scope).to_owned());
        (parts[0].to_owned(), (parts[2].to_owned(), scope))
    });
    calls.collect()
}

/// What stands between single quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('\'').skip(1).step_by(2).collect()
}

fn package(file: &str) -> String {
    let path = root()
        .join("tests/providers/node_modules/dropbox")
        .join(file);
    assert!(
        path.exists(),
        "run ./dev test, which installs what Dropbox says of its API"
    );
    std::fs::read_to_string(path).unwrap()
}

/// The interfaces of the namespace `files`, each with the type of each of its fields, those that it extends included.
struct Types(BTreeMap<String, (Option<String>, BTreeMap<String, String>)>);

impl Types {
    fn read() -> Self {
        let text = package("types/dropbox_types.d.ts");
        let (_, files) = text.split_once("export namespace files {").unwrap();
        let (files, _) = files.split_once("\n  export namespace ").unwrap();
        let mut all = BTreeMap::new();
        for part in files.split("export interface ").skip(1) {
            let (head, body) = part.split_once(" {\n").unwrap();
            let (name, extends) = match head.split_once(" extends ") {
                Some((name, other)) => (name, Some(other.to_owned())),
                None => (head, None),
            };
            let (body, _) = body.split_once("\n    }").unwrap_or((body, ""));
            let lines = body.lines().map(str::trim);
            let fields = lines.filter_map(|line| line.strip_suffix(';')?.split_once(": "));
            let fields = fields.map(|(field, kind)| {
                let field = field.trim_end_matches('?').to_owned();
                (field, kind.to_owned())
            });
            all.insert(name.to_owned(), (extends, fields.collect()));
        }
        Self(all)
    }

    /// The type of a field; that of each item, where it is a list.
    fn field(&self, of: &str, name: &str) -> Option<String> {
        let (extends, fields) = self.0.get(of)?;
        let kind = fields.get(name).map(|kind| {
            let list = kind.strip_prefix("Array<");
            let items = list.and_then(|rest| rest.strip_suffix('>'));
            items.unwrap_or(kind).to_owned()
        });
        kind.or_else(|| self.field(extends.as_deref()?, name))
    }

    /// Whether a value can be at the end of the path: of one of the types, where there are several.
    fn has(&self, of: &str, path: &[String]) -> bool {
        let Some((name, rest)) = path.split_first() else {
            return !self.0.contains_key(of);
        };
        let mut kinds = of.split('|');
        kinds.any(|kind| {
            let field = self.field(kind, name);
            field.is_some_and(|field| self.has(&field, rest))
        })
    }
}

/// A call of each operation, with everything that it takes, and the types of what is sent and what comes.
fn sample(operation: &str) -> (Value, &'static str, &'static str) {
    match operation {
        "list_files" => (
            json!({ "path": "/Contracts" }),
            "ListFolderArg",
            "ListFolderResult",
        ),
        "list_more_files" => (
            json!({ "cursor": "AAGk2" }),
            "ListFolderContinueArg",
            "ListFolderResult",
        ),
        "list_revisions" => (
            json!({ "path": "id:a4ayc_80_OEAAAAAAAAAXw" }),
            "ListRevisionsArg",
            "ListRevisionsResult",
        ),
        "create_folder" => (
            json!({ "path": "/Contracts/2026" }),
            "CreateFolderArg",
            "CreateFolderResult",
        ),
        other => panic!("no sample of {other}"),
    }
}

#[test]
fn every_operation_is_a_route_of_dropbox_with_its_scope_and_its_fields() {
    let (manifest, routes, types) = (shipped("dropbox"), routes(), Types::read());
    assert!(routes.len() > 200, "only {} routes were read", routes.len());
    for operation in manifest.operations() {
        let request = planned(&manifest, &operation.id, &sample(&operation.id).0);
        let route = request.path().strip_prefix("/2/").unwrap();
        let (host, scope) = &routes[route];
        assert_eq!(
            (host.as_str(), request.origin().host()),
            ("api", "api.dropboxapi.com")
        );
        assert_eq!(operation.scopes, [scope.clone().unwrap()], "{route}");
        let (_, argument, result) = sample(&operation.id);
        let body: Value = serde_json::from_slice(request.body().unwrap()).unwrap();
        for name in body.as_object().unwrap().keys() {
            assert!(types.field(argument, name).is_some(), "{argument}.{name}");
        }
        for path in kept(&operation.response) {
            assert!(types.has(result, &path), "{result}: {path:?}");
        }
    }
}

/// The first barrier: with the scope of a scan nothing can be changed. Every route that it opens says that it looks.
#[test]
fn the_scope_of_a_scan_opens_no_route_that_changes_anything() {
    let manifest = shipped("dropbox");
    assert!(manifest.barriers.scope_held);
    let reads = manifest.scopes_for(manifest.operations_for(Class::Read));
    assert_eq!(reads, ["files.metadata.read"].into());
    let routes = routes();
    let open = routes
        .iter()
        .filter(|(_, (_, scope))| scope.as_deref().is_some_and(|scope| reads.contains(scope)));
    let open: BTreeSet<&str> = open.map(|(route, _)| route.as_str()).collect();
    assert!(open.len() > 10, "{open:?}");
    let looks = ["get", "list", "search"];
    for route in open {
        let words: Vec<_> = route.split(['/', '_']).collect();
        assert!(looks.iter().any(|look| words.contains(look)), "{route}");
    }
}

/// A cursor that counts for nothing any more is told by the tag that the manifest names.
#[test]
fn the_tags_of_errors_are_dropboxs_own() {
    let text = package("types/dropbox_types.d.ts");
    for (of, tag) in [
        ("ListFolderContinueErrorReset", "reset"),
        ("AuthErrorInvalidAccessToken", "invalid_access_token"),
        ("AuthErrorExpiredAccessToken", "expired_access_token"),
    ] {
        let told = format!("export interface {of} {{\n      '.tag': '{tag}';");
        assert!(text.contains(&told), "{of} is not told by {tag}");
    }
    // What ends a grant takes no argument.
    let routes = package("lib/routes.js");
    assert!(routes.contains("this.request('auth/token/revoke', null, 'user', 'api', 'rpc', null"));
}
