use std::collections::HashMap;

use broker::protocol::Call;
use serde_json::Value;
use trust::{Control, Found};

use super::egress_self_test::withstood_by;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.catalogue",
    "CO-01",
    "Every app that the claim names can be connected here, to be read and scanned; the running broker reads the manifest of an app that it has never heard of, and calls that app by it.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

const NAMED: [&str; 11] = [
    "gmail",
    "google-calendar",
    "slack",
    "github",
    "linear",
    "jira",
    "salesforce",
    "zendesk",
    "dropbox",
    "telegram",
    "imap",
];

async fn look(context: &Context) -> Look {
    let all = context.told("/api/v1/apps").await?;
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    let by_id: HashMap<&str, &Value> = all
        .iter()
        .filter_map(|app| Some((app["id"].as_str()?, app)))
        .collect();
    for id in NAMED {
        let Some(app) = by_id.get(id) else {
            fail!("{id} is not in the catalogue");
        };
        let reads = operations(app).any(|operation| operation["class"] == "read");
        if !reads || app["scannable"] != true {
            fail!("{id} is in the catalogue and cannot be scanned");
        }
    }
    let attacked = withstood_by(context, Call::SelfTest, &["CO-01"]).await?;
    Ok(match attacked {
        Ok(told) => Found::Pass(format!(
            "{} apps can be connected, the {} of the claim among them; {told}",
            all.len(),
            NAMED.len()
        )),
        Err(found) => found,
    })
}

/// What can be asked of an app.
pub(super) fn operations(app: &Value) -> impl Iterator<Item = &Value> {
    app["operations"].as_array().into_iter().flatten()
}
