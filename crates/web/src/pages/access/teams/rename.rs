use access::TeamName;
use axum::response::Response;
use kernel::TeamId;

use super::show::one;
use super::{path, typed};
use crate::Can;
use crate::extract::{Form, Id};
use crate::pages::answer::{done, is_about_form, refused};
use crate::problem::Problem;
use crate::route::permission::TeamsManage;

/// Calls a team something else.
pub(in crate::pages::access) async fn rename_team(
    can: Can<TeamsManage>,
    Id(id): Id<TeamId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = can.release();
    let renamed = match TeamName::parse(form.get("name")) {
        Ok(name) => access::rename_team(caller.write().await?, id, &name)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match renamed {
        Ok(()) => Ok(done(&caller.state, &path(id), "The team is renamed.")),
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<TeamsManage>().await?;
            let typed = typed(&form, &problem);
            refused(&problem, &one(&mut can, id, Some(typed)).await?)
        }
        Err(problem) => Err(problem),
    }
}
