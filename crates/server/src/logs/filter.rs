use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, FilterFn, filter_fn};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::{Registry, filter::FilterExt as _};

/// Our own crates. Others' lines below `warn` hold what they please: h2 logs whole headers.
const OURS: [&str; 19] = [
    "access",
    "agents",
    "approvals",
    "audit",
    "broker",
    "connectors",
    "countersign",
    "crypto",
    "db",
    "identity",
    "insight",
    "kernel",
    "manifest",
    "server",
    "shield",
    "testkit",
    "trust",
    "ui",
    "web",
];
/// Logs statements and the server's notices, with values in them, at whatever level.
const MUTE: &str = "sqlx";

/// What is written: what `level` asks for, of others' crates warnings and errors alone.
pub(super) fn filter(level: &str) -> impl Filter<Registry> + use<> {
    // The configuration was checked; a default is better than no log.
    let asked = EnvFilter::builder()
        .parse(level)
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let may: FilterFn = filter_fn(may_be_told);
    asked.and(may)
}

fn may_be_told(event: &Metadata<'_>) -> bool {
    let root = event.target().split("::").next().unwrap_or_default();
    // Our events name their room in the message; some have it as their target as well.
    let ours = OURS.contains(&root.split('.').next().unwrap_or_default());
    root != MUTE && (ours || *event.level() <= Level::WARN)
}
