use access::TeamName;
use axum::response::Response;

use super::list::list;
use super::{TEAMS, typed};
use crate::Can;
use crate::extract::Form;
use crate::pages::answer::{done, is_about_form, refused};
use crate::problem::Problem;
use crate::route::permission::TeamsManage;

/// Makes a team.
pub(in crate::pages::access) async fn make_team(
    can: Can<TeamsManage>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = can.release();
    let made = match TeamName::parse(form.get("name")) {
        Ok(name) => access::make_team(&caller.state.db, &caller.scope, &name)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match made {
        Ok(id) => {
            let told = "The team is made. Add who is in it.";
            Ok(done(&caller.state, &format!("{TEAMS}/{id}"), told))
        }
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<TeamsManage>().await?;
            let typed = typed(&form, &problem);
            refused(&problem, &list(&mut can, typed).await?)
        }
        Err(problem) => Err(problem),
    }
}
