use crypto::token::TokenKind;
use trust::{Control, Found};

use super::visitor::{Failed, link, reset};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.links",
    "ID-01",
    "Of two uses of a reset link at once one sets the password, and a used or an expired link sets none.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    // Nobody's other sessions end with this one's password.
    let half = trust::half_control_session(&context.db).await?;
    let found = attack(context).await;
    trust::sweep_controls(&context.db, &[half.session], &[]).await?;
    found
}

const RESET: (&str, &str) = ("reset_password", "half");

async fn attack(context: &Context) -> Look {
    let good = link(context, RESET, TokenKind::ResetPassword, 60).await?;
    let (one, other) = tokio::join!(set(context, &good), set(context, &good));
    match (one?, other?) {
        (204, 410) | (410, 204) => {}
        both => fail!("two uses of one reset link at once got {both:?}"),
    }
    let again = set(context, &good).await?;
    if again != 410 {
        fail!("a reset link that was used got {again}");
    }
    let expired = link(context, RESET, TokenKind::ResetPassword, -1).await?;
    let got = set(context, &expired).await?;
    if got != 410 {
        fail!("an expired reset link got {got}");
    }
    Ok(Found::Pass(
        "one of two uses at once set the password; a third and an expired link got 410".to_owned(),
    ))
}

async fn set(context: &Context, link: &str) -> Result<u16, Failed> {
    let mut random = [0_u8; 16];
    context.db.chance().fill(&mut random);
    reset(context, link, &hex::encode(random)).await
}
