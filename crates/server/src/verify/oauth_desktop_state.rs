use trust::{Control, Found};

use super::oauth_grant::{code, me, redeem, secret};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "oauth.desktop_state",
    "ID-07",
    "A sign-in of the desktop app that another start brings back is refused: its code is good only with the verifier of the start that asked, at that start's address, and once.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let foreign = secret(context);
    let attacks = [
        ("without a verifier", ("code_verifier", "")),
        (
            "with the verifier of another start",
            ("code_verifier", foreign.as_str()),
        ),
        (
            "at the address of another start",
            ("redirect_uri", "http://127.0.0.1:49153/callback"),
        ),
        ("by another client", ("client_id", "another-client")),
    ];
    for (how, changed) in attacks {
        let answer = redeem(context, &code(context).await?, changed).await?;
        if answer.status == 200 {
            fail!("a code of the desktop app was redeemed {how}");
        }
    }
    let mine = code(context).await?;
    let tokens = redeem(context, &mine, ("", "")).await?;
    let access = tokens.text("access_token");
    if tokens.status != 200 || me(context, access).await? != 200 {
        let why = format!(
            "a sound code got {}: {}",
            tokens.status,
            tokens.text("error")
        );
        return Ok(Found::Error(why));
    }
    let again = redeem(context, &mine, ("", "")).await?;
    let left = me(context, access).await?;
    if again.status == 200 || left == 200 {
        fail!(
            "a code that came twice got {} and left its token at {left}",
            again.status
        );
    }
    Ok(Found::Pass(format!(
        "codes were refused without a verifier, with another start's, at another address and by another client; a second use got {} and ended what the first had given",
        again.status
    )))
}
