use approvals::Proposal;
use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call, SecretText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inbox::Approval;
use crate::Can;
use crate::extract::Json;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsRead;

/// The longest text that is looked for, in bytes.
const MAX_BYTES: usize = 320;

/// What to look for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchForm {
    /// All of one text that the request holds: an address, a title, a label. Case and spaces around it do not count.
    #[schema(max_length = 320, example = "ann@example.com")]
    text: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Found {
    /// The last proposed first, a hundred at most.
    approvals: Vec<Approval>,
}

/// Finds proposed writes by an exact text of what they would send. What is sent is sealed, and nothing of it is opened
/// for a search: part of a text finds nothing. Found is what you may see the requests of.
#[utoipa::path(post, path = "/api/v1/approvals/search", tag = "approvals", request_body = SearchForm,
    responses((status = 200, description = "Those that hold it.", body = Found)),
)]
pub(super) async fn search_approvals(
    can: Can<ApprovalsRead>,
    Json(form): Json<SearchForm>,
) -> Result<Answer<Found>, Problem> {
    let (_, found) = search_as(can, form.text).await?;
    Ok(Answer(Found {
        approvals: found.into_iter().map(Approval::from).collect(),
    }))
}

/// Asks the broker, which alone can make the index of a text, and reads what it found.
pub(crate) async fn search_as(
    can: Can<ApprovalsRead>,
    text: String,
) -> Result<(Can<ApprovalsRead>, Vec<Proposal>), Problem> {
    if text.trim().is_empty() || text.len() > MAX_BYTES {
        let wrong = format!("Write 1 to {MAX_BYTES} bytes.");
        return Err(Problem::new(kind::SEARCH_INVALID).field("text", wrong));
    }
    let caller = can.release();
    let call = Call::Find {
        text: SecretText::new(text),
    };
    let Told::Found { proposals } = caller.ask(call).await? else {
        return Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer"));
    };
    let mut can = caller.again::<ApprovalsRead>().await?;
    let found = approvals::these(&mut can.tx, &proposals).await?;
    Ok((can, found))
}
