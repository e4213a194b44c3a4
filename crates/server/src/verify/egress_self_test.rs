use broker::protocol::{Answer, Attack, Call};
use kernel::Scope;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

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
    let answer = context
        .broker
        .call(&Scope::Anonymous, Call::SelfTest)
        .await?;
    let Answer::SelfTested { attacks } = answer else {
        return Ok(Found::Error(
            "the broker answered something else".to_owned(),
        ));
    };
    let about: Vec<&Attack> = attacks
        .iter()
        .filter(|attack| claims.contains(&attack.claim.as_str()))
        .collect();
    if about.is_empty() {
        return Ok(Found::Error("the broker made no such attack".to_owned()));
    }
    if let Some(through) = about.iter().find(|attack| !attack.withstood) {
        fail!("{}: {}", through.name, through.detail);
    }
    let told: Vec<String> = about
        .iter()
        .map(|attack| format!("{}: {}", attack.name, attack.detail))
        .collect();
    Ok(Found::Pass(told.join("; ")))
}
