use axum::response::Response;
use kernel::GrantId;

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;

const PAGE: &str = "/oauth/grants";

/// Revokes one: the person's own, or anybody's for whoever may. The database says which.
pub(super) async fn revoke_grant(
    can: Can<Person>,
    Id(grant): Id<GrantId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !::oauth::revoke_grant(caller.write().await?, grant).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(&caller.state, PAGE, "The client was revoked."))
}

/// Revokes all of the person's own.
pub(super) async fn revoke_all(mut can: Can<Person>) -> Result<Response, Problem> {
    let rows = ::oauth::grants(&mut can.tx).await?;
    let caller = can.release();
    let own = rows
        .iter()
        .filter(|row| row.person == caller.principal.user);
    let mut revoked = 0_u32;
    for grant in own {
        // One that ended by itself meanwhile is no error.
        if ::oauth::revoke_grant(caller.write().await?, grant.id).await? {
            revoked += 1;
        }
    }
    let text = match revoked {
        0 => "No client was there to revoke.".to_owned(),
        1 => "One client was revoked.".to_owned(),
        several => format!("{several} clients were revoked."),
    };
    Ok(done(&caller.state, PAGE, &text))
}
