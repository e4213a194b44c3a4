use time::Duration;
use ui::problem::{Problem, ProblemKind};

use super::{Ink, Rendered, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let kinds = [
        ("problem-400", ProblemKind::BadRequest),
        ("problem-403", ProblemKind::Forbidden),
        ("problem-404", ProblemKind::NotFound),
        ("problem-405", ProblemKind::MethodNotAllowed),
        ("problem-413", ProblemKind::TooLarge),
        (
            "problem-429",
            ProblemKind::TooManyRequests(Duration::seconds(40)),
        ),
        ("problem-500", ProblemKind::Internal),
        ("problem-503", ProblemKind::Unavailable),
    ];
    let mut pages: Vec<Rendered> = kinds
        .into_iter()
        .map(|(name, kind)| {
            shot(
                name,
                &Problem {
                    page: visitor(ink),
                    kind,
                    code: String::new(),
                    detail: String::new(),
                },
            )
        })
        .collect();
    let detailed = Problem {
        page: page(ink, None),
        kind: ProblemKind::Forbidden,
        code: ink.t("approvals.own_proposal"),
        detail: ink.t("You proposed this write. Somebody else has to approve it."),
    };
    pages.push(shot("problem-with-detail", &detailed));
    pages
}
