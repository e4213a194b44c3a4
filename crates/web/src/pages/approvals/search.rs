use axum::response::Response;
use ui::Nav;
use ui::approvals::{Search, Sought};

use super::face::{Names, decided_row};
use crate::Can;
use crate::api::approvals::search_as;
use crate::extract::Form;
use crate::pages::answer::{html, is_about_form, refused};
use crate::problem::Problem;
use crate::route::permission::ApprovalsRead;

/// Where to look for something.
pub(super) async fn form(mut can: Can<ApprovalsRead>) -> Result<Response, Problem> {
    let page = can.page(Nav::Approvals).await?;
    html(&Search::new(page, can.state.now()))
}

/// What was found. It is asked for by POST: what somebody looks for is sealed here, and belongs into no address, which
/// logs and histories keep.
pub(super) async fn search(mut can: Can<ApprovalsRead>, form: Form) -> Result<Response, Problem> {
    let text = form.get("text").trim().to_owned();
    let page = can.page(Nav::Approvals).await?;
    let view = Search::new(page, can.state.now());
    let (mut can, found) = match search_as(can, text.clone()).await {
        Ok(found) => found,
        Err(problem) if is_about_form(&problem) => {
            return refused(
                &problem,
                &Search {
                    error: Some(first_sentence(&problem)),
                    text,
                    ..view
                },
            );
        }
        Err(problem) => return Err(problem),
    };
    let ids: Vec<_> = found.iter().map(|row| row.id).collect();
    let deciders = approvals::deciders(&mut can.tx, &ids).await?;
    let names = Names(&can.state.apps);
    let rows = found
        .into_iter()
        .map(|row| decided_row(names, &deciders, row))
        .collect();
    html(&Search {
        sought: Some(Sought { rows }),
        text,
        ..view
    })
}

fn first_sentence(problem: &Problem) -> String {
    let wrong = problem.fields().values().next();
    wrong
        .cloned()
        .unwrap_or_else(|| problem.sentence().to_owned())
}
