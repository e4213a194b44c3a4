use trust::{Control, Found};

use super::oauth_grant::{code, me, redeem, refresh};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "oauth.refresh_replay",
    "ID-06",
    "A refresh token rotates with each use; two uses at once give one successor, and one that comes back later ends its grant with every token of it.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let first = redeem(context, &code(context).await?, ("", "")).await?;
    if first.status != 200 || me(context, first.text("access_token")).await? != 200 {
        let why = format!("a sound code got {}: {}", first.status, first.text("error"));
        return Ok(Found::Error(why));
    }
    let stolen = first.text("refresh_token");
    let (one, other) = tokio::join!(refresh(context, stolen), refresh(context, stolen));
    let (one, other) = (one?, other?);
    if one.status != 200 || other.status != 200 {
        fail!(
            "two refreshes at once got {} and {}",
            one.status,
            other.status
        );
    }
    if one.text("refresh_token") != other.text("refresh_token") {
        fail!("two refreshes of one token at once gave two families");
    }
    if one.text("refresh_token") == stolen {
        fail!("a refresh token does not rotate");
    }
    trust::age_control_tokens(&context.db).await?;
    let replayed = refresh(context, stolen).await?;
    if replayed.status == 200 {
        fail!("a refresh token was good again after it was rotated");
    }
    let (after, access) = (
        refresh(context, one.text("refresh_token")).await?.status,
        me(context, one.text("access_token")).await?,
    );
    if after == 200 || access == 200 {
        fail!(
            "after a replay the family goes on: its refresh token got {after}, its access token {access}"
        );
    }
    Ok(Found::Pass(format!(
        "two refreshes of one token at once gave one successor; the token again after the grace got {}, and then the successor {after} and its access token {access}",
        replayed.status
    )))
}
