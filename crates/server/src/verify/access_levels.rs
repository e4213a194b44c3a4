use access::catalogue;
use kernel::Secret;
use sqlx::Executor as _;
use trust::{Control, ControlSession, Found};
use web::{Access, Surface};

use super::context::{LIFETIME, begin_as, make_key};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.levels",
    "AC-03",
    "The database holds the binary's permission catalogue and gives an owner, a participant of level 40 and a reviewer exactly what it says of them; the API lets a key with one permission do what that opens, and refuses it on every other route that asks for a permission or for a person.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    if let Some(wrong) = stored(context).await? {
        fail!("{wrong}");
    }
    let (member, reviewer) = trust::colleague_control_sessions(&context.db).await?;
    let found = attack(context, &member, &reviewer).await;
    let sessions = [member.session, reviewer.session];
    trust::sweep_controls(&context.db, &sessions, &[]).await?;
    found
}

/// What the catalogue in the database says otherwise than the binary's, if anything.
async fn stored(context: &Context) -> Result<Option<String>, sqlx::Error> {
    let mut front = context.as_front().await?;
    let stored: Vec<(String, i32, bool, bool, bool)> = sqlx::query_as(
        "select name, least_level, for_programs, for_services, for_reviewers from access.permissions order by name",
    )
    .fetch_all(&mut front)
    .await?;
    let own = catalogue::ALL.iter().map(|p| {
        (
            p.name.to_owned(),
            p.least_level,
            p.for_programs,
            p.for_services,
            p.for_reviewers,
        )
    });
    let own: Vec<_> = own.collect();
    let wrong = stored.iter().find(|row| !own.contains(row));
    let wrong = wrong.or_else(|| own.iter().find(|row| !stored.contains(row)));
    Ok(wrong.map(|row| {
        format!(
            "the catalogues of the database and the binary differ in {}",
            row.0
        )
    }))
}

async fn attack(context: &Context, member: &ControlSession, reviewer: &ControlSession) -> Look {
    let standings = [
        (&context.a, "OWNER", 100),
        (member, "PARTICIPANT", 40),
        (reviewer, "REVIEWER", 20),
    ];
    let mut front = context.as_front().await?;
    for (session, role, level) in standings {
        begin_as(&mut front, &session.hash).await?;
        let held: Vec<String> = sqlx::query_scalar(
            "select name from access.permissions where ctx.can(name) order by name",
        )
        .fetch_all(&mut front)
        .await?;
        front.execute("rollback").await?;
        let expected: Vec<&str> = catalogue::of_standing(role, level)
            .map(|p| p.name)
            .collect();
        if held != expected {
            fail!("{role} {level} holds {held:?}, by the catalogue {expected:?}");
        }
    }
    // One that every standing but a reviewer's holds, so that what is refused is refused for the key.
    let wanted = vec![catalogue::PEOPLE_READ.name.to_owned()];
    let (key, id) = make_key(
        &context.instance,
        &context.db,
        &context.a,
        (&wanted, LIFETIME),
    )
    .await?;
    let asked = ask(context, &key, catalogue::PEOPLE_READ.name).await;
    trust::sweep_controls(&context.db, &[], &[id]).await?;
    asked
}

/// Asks every route of the API with a key that holds one permission. What writes is asked with nothing in it, and
/// about nothing that there is: a route that let the key in would say so, and do nothing.
async fn ask(context: &Context, key: &Secret<String>, held: &str) -> Look {
    let (mut read, mut written, mut let_in) = (0, 0, 0);
    for route in web::routes() {
        let needed = match route.access {
            Access::Permission(needed) => needed,
            Access::Person | Access::Account => "a person at a browser",
            _ => continue,
        };
        if route.surface != Surface::Api {
            continue;
        }
        let is_read = route.method == reqwest::Method::GET;
        let path = route.path.replace("{id}", "none");
        let asked = context
            .http
            .request(route.method.clone(), context.at(&path))
            .bearer_auth(key.expose());
        let asked = if is_read {
            asked
        } else {
            asked.json(&serde_json::json!({}))
        };
        let answer = asked.send().await?;
        let status = answer.status().as_u16();
        if [401, 429].contains(&status) || status >= 500 {
            return Ok(Found::Error(format!(
                "{} {} answered {status}, which says nothing of permissions",
                route.method, route.path
            )));
        }
        let problem: serde_json::Value = answer.json().await.unwrap_or_default();
        // Another 403 is refused for another reason, and would hide a route that lets the key in.
        let code = problem["code"].as_str().unwrap_or_default();
        let is_refused = code == "access.forbidden";
        if is_refused != (needed != held) {
            fail!(
                "{} {} answers {status} {code} to a key that holds {held} alone",
                route.method,
                route.path
            );
        }
        match (is_refused, is_read) {
            (true, true) => read += 1,
            (true, false) => written += 1,
            _ => let_in += 1,
        }
    }
    if let_in == 0 {
        return Ok(Found::Error(format!("no route needs {held}")));
    }
    Ok(Found::Pass(format!(
        "{} permissions as in the binary; 3 standings hold exactly what the catalogue says; a key with one permission was let in on {let_in} routes of the API, and refused on {read} that read and {written} that write",
        catalogue::ALL.len(),
    )))
}
