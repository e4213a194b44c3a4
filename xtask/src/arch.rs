use cargo_metadata::DependencyKind;

use crate::outcome::{Outcome, Problem};
use crate::workspace::{Member, Use, Workspace};

/// The room that a crate takes in the house. A crate depends on lower rooms only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Shared by the domains; each names what it may depend on.
    Base(&'static [&'static str]),
    /// On every base but `ui`, on no domain.
    Domain,
    /// On bases, domains and `ui`.
    Web,
    /// On everything that ships.
    Server,
    /// On everything that ships; nothing that ships depends on it.
    Testkit,
    /// On everything.
    Tests,
    /// On `testkit`, `db` and `server`.
    Xtask,
    /// On nothing of the workspace.
    Alone,
}

const BASES: [(&str, &[&str]); 9] = [
    ("kernel", &[]),
    ("crypto", &["kernel"]),
    ("manifest", &["kernel", "crypto"]),
    ("db", &["kernel", "crypto"]),
    ("audit", &["kernel", "crypto", "db"]),
    ("scim", &[]),
    ("shield", &["kernel"]),
    ("saml", &[]),
    ("ui", &["kernel"]),
];

const DOMAINS: [&str; 11] = [
    "access",
    "agents",
    "approvals",
    "broker",
    "connectors",
    "identity",
    "insight",
    "lint",
    "mail",
    "oauth",
    "trust",
];

/// Checks every arrow between crates of the workspace.
pub(crate) fn check(workspace: &Workspace) -> Outcome {
    let ours = |used: &&Use| {
        workspace
            .crates
            .iter()
            .any(|member| member.name == used.package)
    };
    let arrows = workspace.crates.iter().flat_map(|member| {
        member
            .uses
            .iter()
            .filter(ours)
            .map(move |used| (member, used))
    });
    let mut problems: Vec<_> = arrows
        .clone()
        .filter_map(|(from, to)| judge(from, to))
        .collect();
    problems.extend(workspace.crates.iter().filter_map(unplaced));
    let looked_at = format!(
        "{} crates, {} arrows",
        workspace.crates.len(),
        arrows.count()
    );
    Outcome::new("arch", looked_at, problems)
}

fn room(name: &str) -> Option<Room> {
    let base = BASES
        .iter()
        .find(|(base, _)| *base == name)
        .map(|(_, below)| Room::Base(below));
    base.or_else(|| match name {
        "web" => Some(Room::Web),
        "server" => Some(Room::Server),
        "testkit" => Some(Room::Testkit),
        "tests" => Some(Room::Tests),
        "xtask" => Some(Room::Xtask),
        "demo" | "tracker" => Some(Room::Alone),
        name => DOMAINS.contains(&name).then_some(Room::Domain),
    })
}

fn unplaced(member: &Member) -> Option<Problem> {
    room(&member.name).is_none().then(|| {
        Problem::new(
            &member.name,
            "this crate has no place in the architecture",
            "give it one in xtask/src/arch.rs, and a row in ARCHITECTURE.md",
        )
    })
}

fn judge(from: &Member, used: &Use) -> Option<Problem> {
    let to = used.package.as_str();
    let (upper, lower) = (room(&from.name)?, room(to)?);
    let for_tests = used.kind == DependencyKind::Development;
    if is_allowed((upper, lower), to, for_tests) {
        return None;
    }
    let kind = if for_tests { " (in tests)" } else { "" };
    let (rule, instead) = broken_rule(upper, lower);
    Some(Problem::new(
        format!("{} -> {to}{kind}", from.name),
        rule,
        instead,
    ))
}

fn is_allowed(arrow: (Room, Room), to: &str, for_tests: bool) -> bool {
    match arrow {
        (Room::Alone, _) => false,
        (Room::Tests, _) => true,
        (upper, Room::Testkit) => for_tests || upper == Room::Xtask,
        (Room::Testkit, lower) => !matches!(lower, Room::Tests | Room::Xtask),
        (_, Room::Tests | Room::Xtask | Room::Alone) => false,
        (Room::Server, _) => true,
        (Room::Xtask, _) => ["db", "server"].contains(&to),
        (Room::Base(below), _) => below.contains(&to),
        (Room::Domain, lower) => matches!(lower, Room::Base(_)) && to != "ui",
        (Room::Web, lower) => matches!(lower, Room::Base(_) | Room::Domain),
    }
}

/// The rule that an arrow breaks, and what to do instead.
fn broken_rule(upper: Room, lower: Room) -> (&'static str, &'static str) {
    match (upper, lower) {
        (Room::Alone, _) => (
            "an example is somebody else's program: it depends on no crate of the workspace",
            "write the few lines there, or use a library",
        ),
        (_, Room::Testkit) => (
            "the test kit never ships",
            "make it a dev-dependency, or move what ships out of the kit",
        ),
        (_, Room::Tests | Room::Xtask | Room::Alone) => (
            "nothing depends on tests, tools or examples",
            "move what is shared to testkit, or to the crate that owns the word",
        ),
        (Room::Xtask, _) => (
            "xtask depends on testkit, db and server alone",
            "have server or testkit offer what the generator needs",
        ),
        (_, Room::Server) => (
            "server is on top: it wires the others together",
            "own a port trait in the crate that needs it, and implement it in server",
        ),
        (Room::Base(_), Room::Base(_)) => (
            "kernel <- crypto <- db <- audit, crypto <- {manifest, saml}, kernel <- ui, kernel <- shield",
            "move the shared word down to kernel, or take the value as an argument",
        ),
        (Room::Base(_), _) => (
            "the bases know nothing of what stands on them",
            "take the value or a closure as an argument, or own a port trait",
        ),
        (Room::Domain, Room::Domain) => (
            "a domain never depends on a domain",
            "write an outbox event in the same transaction; or own a port trait here and wire it in \
             server; or compose the two in a web handler",
        ),
        _ => (
            "a domain knows neither pages nor HTTP",
            "return a value, and let web turn it into a page or an answer",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::fixture::{Arrow, workspace};

    const NAMES: [&str; 23] = [
        "kernel",
        "crypto",
        "manifest",
        "db",
        "audit",
        "shield",
        "saml",
        "scim",
        "ui",
        "identity",
        "access",
        "broker",
        "connectors",
        "approvals",
        "agents",
        "insight",
        "trust",
        "web",
        "server",
        "testkit",
        "tests",
        "xtask",
        "tracker",
    ];

    /// The verdict on one arrow in an otherwise empty workspace.
    fn verdict(from: &str, to: &str, kind: &str) -> Outcome {
        let arrow: [Arrow; 1] = [(to, kind)];
        let members: Vec<(&str, &[Arrow])> = NAMES
            .iter()
            .map(|name| (*name, if *name == from { &arrow[..] } else { &[] }))
            .collect();
        check(&workspace(&members, &[]))
    }

    #[test]
    fn the_arrows_of_the_design_hold() {
        for (from, to) in [
            ("crypto", "kernel"),
            ("db", "crypto"),
            ("audit", "db"),
            ("manifest", "crypto"),
            ("ui", "kernel"),
            ("shield", "kernel"),
            ("broker", "saml"),
            ("approvals", "audit"),
            ("broker", "manifest"),
            ("insight", "shield"),
            ("web", "approvals"),
            ("web", "ui"),
            ("server", "web"),
            ("server", "broker"),
            ("testkit", "server"),
            ("testkit", "tracker"),
            ("tests", "testkit"),
            ("xtask", "testkit"),
            ("xtask", "db"),
        ] {
            let outcome = verdict(from, to, "normal");
            assert!(outcome.holds(), "{outcome}");
        }
        assert!(verdict("approvals", "testkit", "dev").holds());
    }

    #[test]
    fn arrows_against_the_design_are_broken_and_told_what_to_do() {
        for (from, to, kind, rule) in [
            (
                "approvals",
                "agents",
                "normal",
                "a domain never depends on a domain",
            ),
            (
                "approvals",
                "agents",
                "dev",
                "a domain never depends on a domain",
            ),
            ("kernel", "crypto", "normal", "kernel <- crypto"),
            ("crypto", "db", "build", "kernel <- crypto"),
            ("ui", "db", "normal", "kernel <- crypto"),
            ("db", "audit", "normal", "kernel <- crypto"),
            ("saml", "db", "normal", "kernel <- crypto"),
            ("audit", "approvals", "normal", "the bases know nothing"),
            ("insight", "ui", "normal", "neither pages nor HTTP"),
            ("broker", "web", "normal", "neither pages nor HTTP"),
            ("web", "server", "normal", "server is on top"),
            ("approvals", "testkit", "normal", "never ships"),
            ("server", "testkit", "normal", "never ships"),
            ("server", "xtask", "normal", "tests, tools or examples"),
            ("web", "tracker", "dev", "tests, tools or examples"),
            ("tracker", "kernel", "normal", "somebody else's program"),
            ("tracker", "testkit", "dev", "somebody else's program"),
            ("xtask", "web", "normal", "xtask depends on"),
        ] {
            let outcome = verdict(from, to, kind);
            assert!(!outcome.holds(), "{from} -> {to} was allowed");
            let text = outcome.to_string();
            assert!(
                text.contains(&format!("{from} -> {to}")) && text.contains(rule),
                "{text}"
            );
            assert!(text.contains("instead: "), "{text}");
        }
    }

    #[test]
    fn a_crate_without_a_place_is_broken() {
        let outcome = check(&workspace(&[("kernel", &[]), ("helpers", &[])], &[]));
        assert!(outcome.to_string().contains("helpers"), "{outcome}");
        assert!(!outcome.holds());
    }

    #[test]
    fn dependencies_from_elsewhere_are_no_arrows() {
        let outcome = check(&workspace(
            &[("kernel", &[("serde", "normal")])],
            &[("serde", "1.0.0", None)],
        ));
        assert!(
            outcome.holds() && outcome.to_string().contains("0 arrows"),
            "{outcome}"
        );
    }
}
