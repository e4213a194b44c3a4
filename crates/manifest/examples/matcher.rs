//! How long a request is looked for among a manifest's operations: `cargo run --release -p manifest --example matcher`.
//!
//! The tracker's connector with as many operations beside its own as are asked for, each of two parameters, a query and
//! a body. Each request is read back, planned again and compared, as the door does it.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use manifest::{Arguments, ConnectionFacts, HostOverrides, Manifest, PlannedRequest, WireRequest};
use serde_json::json;

const TRACKER: &str = include_str!("../../../connectors/tracker.toml");
const FOR: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for operations in [7, 50, 200] {
        let manifest = Manifest::parse(&many(operations)?)?;
        let count = manifest.operations().count();
        let hosts = HostOverrides::default();
        let url = manifest.instance.as_ref().ok_or("it has instances")?;
        let instance = url.read("https://tracker.example.com")?;
        let facts = ConnectionFacts {
            instance: Some(&instance),
            hosts: &hosts,
        };
        let given = Arguments::try_from(
            &json!({ "limit": 7, "state": "open", "owner": "ann", "item": 12 }),
        )?;
        let operation = manifest.operation("list_2")?;
        let planned = PlannedRequest::plan(operation, &facts, &given, None)?;
        let query = planned.raw_query();
        let headers: Vec<(&str, &[u8])> = planned
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let wire = |path| WireRequest {
            method: "GET",
            scheme: "https",
            host: planned.origin().host(),
            port: planned.origin().port(),
            path,
            query: query.as_deref(),
            headers: headers.clone(),
            body: None,
        };
        manifest.admit(&wire(planned.path()), &facts)?;
        let admitted = each(|| drop(black_box(manifest.admit(&wire(planned.path()), &facts))));
        let refused = each(|| drop(black_box(manifest.admit(&wire("/nowhere"), &facts))));
        writeln!(
            io::stdout(),
            "{count:>4} operations: admitted in {admitted:>6.1} us, refused in {refused:>6.1} us"
        )?;
    }
    Ok(())
}

/// The tracker's connector and so many operations in all.
fn many(operations: usize) -> Result<String, std::fmt::Error> {
    let mut text = TRACKER.to_owned();
    for number in 0..operations.saturating_sub(4) {
        write!(
            text,
            r#"
[operations.list_{number}]
title = "List {number}"
class = "read"
method = "GET"
path = "/api/v1/people/{{owner}}/lists/{number}/items/{{item}}"
scopes = ["issues:read"]
[operations.list_{number}.params]
owner = {{ type = "string", max_length = 39, pattern = "[A-Za-z0-9][A-Za-z0-9_-]*" }}
item = {{ type = "integer", min = 1, max = 100000 }}
[operations.list_{number}.query]
limit = {{ type = "integer", min = 1, max = 100 }}
state = {{ type = "enum", values = ["open", "closed"] }}
[operations.list_{number}.response]
fields = ["items[].id"]
"#
        )?;
    }
    Ok(text)
}

/// Microseconds that it takes.
fn each(act: impl Fn()) -> f64 {
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < FOR {
        (0..100).for_each(|_| act());
        count += 100;
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}
