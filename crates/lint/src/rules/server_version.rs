use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;

pub(super) const RULE: Rule = Rule {
    id: "server.version",
    severity: Severity::Error,
    finds: "a server with a known hole in row level security: before 14.21, 15.16, 16.12, 17.8 or 18.2",
    why: "Policies can be passed by, whatever they say.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let version = look.catalogue.version;
    let name = format!("PostgreSQL {}.{}", version / 10_000, version % 10_000);
    let fixed = db::cluster::known_hole(version);
    let found = fixed.map(|fixed| {
        Found::new(
            Object::global("server", &name),
            format!("{name} has a known hole in row level security."),
            format!("update the server to {fixed} or newer"),
        )
    });
    found.into_iter().collect()
}
