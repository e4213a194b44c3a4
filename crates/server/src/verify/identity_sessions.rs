use kernel::SessionId;
use reqwest::Method;
use serde_json::Value;
use sqlx::Executor as _;
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::visitor::{Browser, Failed, Visitor, name};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.sessions",
    "ID-04",
    "A session's cookie is out of reach of scripts and of other sites' posts, and is no session as soon as a letter of it is changed; its person sees it beside their others and ends them, and an ended one is refused on its very next request; not even their organisation's owner sees or ends it.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let visitor = Visitor::new(context).await?;
    let (here, there) = (
        visitor.sign_in(context).await?,
        visitor.sign_in(context).await?,
    );
    let before = (me(context, &here).await?, me(context, &there).await?);
    if before != (200, 200) {
        return Ok(Found::Error(format!(
            "two sessions that have just begun got {before:?}"
        )));
    }
    if let Some(missing) = unlocked(&here.set, &context.instance.host) {
        fail!("the session's cookie is set without {missing}");
    }
    let forged = forged(&here.cookie, &there.cookie);
    for (how, cookie) in &forged {
        let browser = Browser {
            set: String::new(),
            cookie: cookie.clone(),
            csrf: String::new(),
        };
        let got = me(context, &browser).await?;
        if got != 401 {
            fail!("a cookie {how} got {got}");
        }
    }
    let listed = sessions(context, &here).await?;
    if let Some(how) = reached_by_another(context, &listed).await? {
        fail!("an owner {how} somebody else's sessions");
    }
    let [theirs] = &listed.others[..] else {
        fail!(
            "a person with another session sees {} others",
            listed.others.len()
        );
    };
    let ended = end(context, &here, theirs).await?;
    let after = (me(context, &there).await?, me(context, &here).await?);
    if (ended, after) != (204, (401, 200)) {
        fail!(
            "ending another session got {ended}; its next request {}, the one that stays {}",
            after.0,
            after.1
        );
    }
    let ended = end(context, &here, &listed.current).await?;
    let after = me(context, &here).await?;
    if (ended, after) != (204, 401) {
        fail!("ending the own session got {ended}; its next request {after}");
    }
    Ok(Found::Pass(format!(
        "{} forged cookies got 401; of two sessions each was seen beside the other, and 401 on its first request after its end; their organisation's owner saw and ended none of them as the web process's login",
        forged.len()
    )))
}

async fn me(context: &Context, browser: &Browser) -> Result<u16, reqwest::Error> {
    let asked = browser.asks(context, Method::GET, "/api/v1/me");
    Ok(asked.send().await?.status().as_u16())
}

/// What is missing of a cookie that only its browser's own pages send (RFC 6265bis), if anything. Without TLS, which
/// a server may be on its own machine alone, there is no `Secure`.
fn unlocked(set: &str, host: &str) -> Option<&'static str> {
    let set = set.to_ascii_lowercase();
    let has = |attribute: &str| set.split(';').any(|part| part.trim() == attribute);
    let is_local = ["localhost", "127.", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local));
    let is_locked = set.starts_with("__host-") && has("secure");
    let wanted = [
        ("HttpOnly", has("httponly")),
        ("SameSite", has("samesite=lax") || has("samesite=strict")),
        ("Path=/", has("path=/")),
        ("__Host- and Secure", is_locked || is_local),
        ("its host alone", !set.contains("domain=")),
    ];
    wanted
        .iter()
        .find(|(_, is_there)| !is_there)
        .map(|(what, _)| *what)
}

/// What no server of ours has signed, made of two cookies that one has.
fn forged(one: &str, other: &str) -> Vec<(&'static str, String)> {
    let called = name(one).unwrap_or_default();
    let parts = |cookie: &str| {
        let (value, signature) = cookie
            .split_once('=')
            .and_then(|(_, rest)| rest.rsplit_once('.'))
            .unwrap_or_default();
        (value.to_owned(), signature.to_owned())
    };
    let ((value, signature), (_, foreign)) = (parts(one), parts(other));
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let changed = format!("{first}{}", signature.get(1..).unwrap_or_default());
    vec![
        ("without a signature", format!("{called}={value}")),
        ("with an empty signature", format!("{called}={value}.")),
        (
            "with a letter of its signature changed",
            format!("{called}={value}.{changed}"),
        ),
        (
            "with another session's signature",
            format!("{called}={value}.{foreign}"),
        ),
        ("of another name", format!("visit={value}.{signature}")),
    ]
}

/// What their organisation's owner, with the login of the web process, did with one of these sessions, if anything. It
/// ends at the first, in a transaction that is never committed: what was ended may be the owner's own.
async fn reached_by_another(
    context: &Context,
    theirs: &Listed,
) -> Result<Option<&'static str>, Failed> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    for session in theirs.others.iter().chain([&theirs.current]) {
        let session = session.parse::<SessionId>()?.uuid();
        let seen: bool =
            sqlx::query_scalar("select exists (select from identity.own_sessions() where id = $1)")
                .bind(session)
                .fetch_one(&mut front)
                .await?;
        let ended: bool = sqlx::query_scalar("select identity.end_own_session($1)")
            .bind(session)
            .fetch_one(&mut front)
            .await?;
        if seen || ended {
            return Ok(Some(if seen { "saw" } else { "ended" }));
        }
    }
    let direct = [
        "select from identity.sessions",
        "update identity.sessions set ended_at = now()",
    ];
    for statement in direct {
        front.execute("savepoint direct").await?;
        if refusal(&mut front, statement.to_owned()).await.as_deref() != Some("42501") {
            return Ok(Some("may run statements on the table of"));
        }
        front.execute("rollback to direct").await?;
    }
    Ok(None)
}

/// The identifiers of a person's sessions, as they are shown to them.
struct Listed {
    current: String,
    others: Vec<String>,
}

async fn sessions(context: &Context, browser: &Browser) -> Result<Listed, Failed> {
    let asked = browser.asks(context, Method::GET, "/api/v1/sessions");
    let rows: Vec<Value> = asked.send().await?.json().await?;
    let (current, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["current"] == true);
    let id = |row: &&Value| row["id"].as_str().map(str::to_owned);
    Ok(Listed {
        current: current
            .first()
            .and_then(id)
            .ok_or("the session that asks is not among its person's")?,
        others: others.iter().filter_map(id).collect(),
    })
}

async fn end(context: &Context, browser: &Browser, session: &str) -> Result<u16, reqwest::Error> {
    let asked = browser.asks(
        context,
        Method::DELETE,
        &format!("/api/v1/sessions/{session}"),
    );
    let answer = asked.header("x-csrf-token", &browser.csrf).send().await?;
    Ok(answer.status().as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKED: &str =
        "__Host-session=v.s; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=43200";

    #[test]
    fn each_attribute_is_missed() {
        assert_eq!(unlocked(LOCKED, "countersign.example"), None);
        for (without, missing) in [
            ("; HttpOnly", "HttpOnly"),
            ("; SameSite=Lax", "SameSite"),
            ("; Path=/", "Path=/"),
            ("; Secure", "__Host- and Secure"),
            ("__Host-", "__Host- and Secure"),
        ] {
            let set = LOCKED.replace(without, "");
            assert_eq!(
                unlocked(&set, "countersign.example"),
                Some(missing),
                "{set}"
            );
        }
        let wide = format!("{LOCKED}; Domain=example");
        assert_eq!(
            unlocked(&wide, "countersign.example"),
            Some("its host alone")
        );
        assert_eq!(
            unlocked(
                "session=v.s; HttpOnly; SameSite=Lax; Path=/",
                "127.0.0.1:7411"
            ),
            None
        );
    }

    #[test]
    fn no_forged_cookie_is_the_right_one() {
        let forged = forged("session=v.signed", "session=w.other");
        assert_eq!(forged.len(), 5);
        assert!(
            forged
                .iter()
                .all(|(_, cookie)| cookie != "session=v.signed"),
            "{forged:?}"
        );
    }
}
