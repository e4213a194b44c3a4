use std::collections::BTreeMap;

use axum::response::Response;
use connectors::ConnectionState;
use ui::Nav;
use ui::component::FieldErrors;
use ui::connectors::{AppChoice, DisconnectAll};

use crate::Can;
use crate::api::connectors::end_all;
use crate::extract::Form;
use crate::pages::answer::{done, html, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// What the kill switch would end.
pub(super) async fn form(mut can: Can<ConnectorsManage>) -> Result<Response, Problem> {
    let everything = DisconnectAll::EVERYTHING;
    html(&page(&mut can, everything, FieldErrors::default()).await?)
}

/// Ends every connection, or those of one app.
pub(super) async fn disconnect_all(
    mut can: Can<ConnectorsManage>,
    form: Form,
) -> Result<Response, Problem> {
    let app = form.get("app");
    if !form
        .get("typed")
        .trim()
        .eq_ignore_ascii_case(DisconnectAll::WORD)
    {
        let why = format!("Type {} to confirm.", DisconnectAll::WORD);
        let errors = FieldErrors::default().with("typed", why);
        let problem = Problem::new(kind::NOT_CONFIRMED);
        return refused(&problem, &page(&mut can, app, errors).await?);
    }
    let app = match app {
        "" => return Err(Problem::new(kind::NOT_CONFIRMED)),
        DisconnectAll::EVERYTHING => None,
        app => Some(app.to_owned()),
    };
    let caller = can.release();
    let ended = end_all(&caller, app).await?;
    let told = match ended {
        0 => "Nothing was connected any more.".to_owned(),
        1 => "1 connection has ended. Its app is being told: see its receipt below.".to_owned(),
        ended => format!(
            "{ended} connections have ended. Their apps are being told: see the receipts below."
        ),
    };
    Ok(done(&caller.state, "/connectors", &told))
}

async fn page(
    can: &mut Can<ConnectorsManage>,
    chosen: &str,
    errors: FieldErrors,
) -> Result<DisconnectAll, Problem> {
    let page = can.page(Nav::Connectors).await?;
    let mut counts = BTreeMap::<String, u64>::new();
    for connection in connectors::connections(&mut can.tx).await? {
        if connection.state != ConnectionState::Disconnected {
            *counts.entry(connection.app).or_default() += 1;
        }
    }
    let name = |app: &str| {
        let manifest = can.state.apps.get(app);
        manifest.map_or(app, |manifest| &manifest.name).to_owned()
    };
    Ok(DisconnectAll {
        page,
        total: counts.values().sum(),
        apps: counts
            .iter()
            .map(|(app, connections)| AppChoice {
                app: app.clone(),
                name: name(app),
                connections: *connections,
            })
            .collect(),
        chosen: chosen.to_owned(),
        errors,
    })
}
