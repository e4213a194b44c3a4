use broker::protocol::{Answer, Attack, Call};
use broker::socket::CallError;
use kernel::Scope;
use trust::{Control, Found};

use super::{Context, Look, control, looked};

pub(super) mod metadata_only {
    use super::{Context, Control, Found, attacked, control};

    pub(in super::super) const CONTROL: Control = control(
        "egress.metadata_only",
        "CO-04",
        "Bodies that a provider sends though nobody asked are dropped at the door, before anything is stored.",
    );

    pub(in super::super) async fn run(context: &Context) -> Found {
        attacked(context, &["CO-04"]).await
    }
}

pub(super) mod declared_only {
    use super::{Context, Control, Found, attacked, control};

    pub(in super::super) const CONTROL: Control = control(
        "egress.declared_only",
        "CO-05",
        "A call that is no declared operation is refused before a socket opens.",
    );

    pub(in super::super) async fn run(context: &Context) -> Found {
        attacked(context, &["CO-05"]).await
    }
}

pub(super) mod addresses {
    use super::{Context, Control, Found, attacked, control};

    pub(in super::super) const CONTROL: Control = control(
        "egress.addresses",
        "CO-09",
        "Cloud metadata and unlisted private addresses are refused before a socket opens.",
    );

    pub(in super::super) async fn run(context: &Context) -> Found {
        attacked(context, &["CO-09"]).await
    }
}

pub(super) mod write_needs_approval {
    use super::{Context, Control, Found, attacked, control};

    pub(in super::super) const CONTROL: Control = control(
        "egress.write_needs_approval",
        "AG-01",
        "A write without an approval, or with one for other bytes, is refused where the request leaves.",
    );

    pub(in super::super) async fn run(context: &Context) -> Found {
        attacked(context, &["AG-01", "AG-02"]).await
    }
}

/// Has the running broker attack its own door, and judges the attacks on `claims`.
async fn attacked(context: &Context, claims: &[&str]) -> Found {
    looked(look(context, claims).await)
}

async fn look(context: &Context, claims: &[&str]) -> Look {
    let told = withstood(context, claims).await?;
    Ok(told.map_or_else(|found| found, Found::Pass))
}

/// What the running broker says of attacks on its own door and vault; what is found where one came through.
pub(super) async fn withstood(
    context: &Context,
    claims: &[&str],
) -> Result<Result<String, Found>, CallError> {
    withstood_by(context, Call::SelfTest, claims).await
}

/// The same, of the attacks that `call` asks for.
pub(super) async fn withstood_by(
    context: &Context,
    call: Call,
    claims: &[&str],
) -> Result<Result<String, Found>, CallError> {
    let answer = context.broker.call(&Scope::Anonymous, call).await?;
    let Answer::SelfTested { attacks } = answer else {
        let why = "the broker answered something else".to_owned();
        return Ok(Err(Found::Error(why)));
    };
    let about: Vec<&Attack> = attacks
        .iter()
        .filter(|attack| claims.contains(&attack.claim.as_str()))
        .collect();
    if about.is_empty() {
        let why = "the broker made no such attack".to_owned();
        return Ok(Err(Found::Error(why)));
    }
    if let Some(through) = about.iter().find(|attack| !attack.withstood) {
        let why = format!("{}: {}", through.name, through.detail);
        return Ok(Err(Found::Fail(why)));
    }
    let told: Vec<String> = about
        .iter()
        .map(|attack| format!("{}: {}", attack.name, attack.detail))
        .collect();
    Ok(Ok(told.join("; ")))
}
