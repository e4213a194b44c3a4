use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use kernel::{JobId, LogId};
use ui::Flash;
use ui::component::{FieldErrors, Tone};
use ui::insight::ImportForm;

use super::logs::with_form;
use super::upload::{Typed, Upload};
use crate::Can;
use crate::api::insight::create;
use crate::extract::Caller;
use crate::import::{self, Arriving, NotImported};
use crate::pages::answer::{field_errors, go, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::InsightImport;

/// How long storing is waited for after reading: a refusal is known by then, and a small log whole.
const PATIENCE: Duration = Duration::from_secs(1);

/// Imports a file, which is read while it arrives, and shows how far it is. A refused file comes
/// back as the form that sent it.
pub(super) async fn import_log(
    can: Can<InsightImport>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = can.release();
    let mut upload = Upload::read(request).await?;
    let ended = begin(&caller, &mut upload).await;
    match ended {
        Ok(log) => Ok(go(&format!("/insight/imports/{}", JobId::from(log.uuid())))),
        Err(problem) if problem.status() < 500 => {
            let typed = upload.skip_rest().await;
            again(caller, typed, &problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// Reads the file into a new log.
async fn begin(caller: &Caller, upload: &mut Upload) -> Result<LogId, Problem> {
    let file = upload
        .file
        .take()
        .ok_or_else(|| Problem::new(kind::LOG_INVALID).field("file", "Choose a file."))?;
    let log = create(caller, &upload.typed.name).await?;
    let mut import = import::start(
        caller.state.clone(),
        (caller.scope, caller.principal.organisation),
        log,
        Arriving {
            name: upload.file_name.clone(),
            format: upload.typed.format(),
            body: Body::from_stream(file).into_data_stream(),
        },
    );
    // An error says that the import died, which its end says as well.
    let _ = import.read.await;
    match tokio::time::timeout(PATIENCE, &mut import.ended).await {
        Ok(Ok(Err(why))) => {
            if let NotImported::NotBegun(problem) = &why {
                // Nobody else knows of this log, and nobody tries it again.
                import::fail(&caller.state, &caller.scope, log, problem).await;
            }
            Err(why.into())
        }
        Ok(Err(_)) => Err(Problem::new(kind::INTERNAL).because("insight.import_panicked")),
        // Whole; or being stored, and the page that follows tells how that ends.
        Ok(Ok(Ok(()))) | Err(_) => Ok(log),
    }
}

/// The page with the form as it was sent, and what is wrong.
async fn again(caller: Caller, typed: Typed, problem: &Problem) -> Result<Response, Problem> {
    let mut can = caller.again::<InsightImport>().await?;
    let form = ImportForm {
        errors: errors(&typed, problem),
        name: typed.name,
        case_column: typed.case_column,
        activity_column: typed.activity_column,
        time_column: typed.time_column,
        resource_column: typed.resource_column,
        ..ImportForm::default()
    };
    let mut view = with_form(&mut can, form).await?;
    view.page.flash = Some(Flash {
        tone: Tone::Bad,
        text: "Nothing was imported. Correct what is marked.".to_owned(),
    });
    refused(problem, &view)
}

/// What is wrong at its own field. A file has to be chosen again whatever was wrong.
fn errors(typed: &Typed, problem: &Problem) -> FieldErrors {
    let again = || "Choose the file again: browsers do not keep it.".to_owned();
    if !problem.fields().is_empty() {
        return if problem.fields().contains_key("file") {
            field_errors(problem)
        } else {
            field_errors(problem).with("file", again())
        };
    }
    let sentence = problem.sentence().to_owned();
    match column(typed, problem) {
        Some(field) => FieldErrors::default()
            .with(field, sentence)
            .with("file", again()),
        None => FieldErrors::default().with("file", sentence),
    }
}

/// The field of the column that the reader could not find.
fn column(typed: &Typed, problem: &Problem) -> Option<&'static str> {
    let columns = [
        ("case_column", &typed.case_column),
        ("activity_column", &typed.activity_column),
        ("time_column", &typed.time_column),
        ("resource_column", &typed.resource_column),
    ];
    match problem.code() {
        "insight.no_case_column" => Some("case_column"),
        "insight.no_activity_column" => Some("activity_column"),
        "insight.no_timestamp_column" => Some("time_column"),
        "insight.no_resource_column" => Some("resource_column"),
        // The reader quotes the name that was asked for.
        "insight.no_such_column" => columns
            .into_iter()
            .find(|(_, name)| {
                let asked = format!("exactly one column {name:?};");
                !name.is_empty() && problem.sentence().contains(&asked)
            })
            .map(|(field, _)| field),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use insight::{Limits, ReadError};

    use super::*;

    fn refusal(typed: &Typed, file: &str) -> FieldErrors {
        let error: ReadError = insight::read_log(
            file.as_bytes(),
            &typed.format(),
            &Limits::default(),
            &mut |_| ControlFlow::Continue(()),
        )
        .unwrap_err();
        let problem = Problem::new(kind::LOG_REFUSED)
            .coded(422, error.code())
            .saying(error.to_string());
        errors(typed, &problem)
    }

    #[test]
    fn a_column_that_the_file_does_not_have_is_marked_where_it_was_typed() {
        let typed = Typed {
            time_column: "when".to_owned(),
            ..Typed::default()
        };
        let errors = refusal(&typed, "case_id,activity,at\n1,a,2024-01-01T00:00:00Z\n");
        assert!(errors.of("time_column").contains("\"when\""), "{errors:?}");
        assert!(errors.of("file").starts_with("Choose the file again"));
    }

    #[test]
    fn a_column_that_must_be_named_is_marked_at_its_field() {
        let errors = refusal(&Typed::default(), "x,activity,timestamp\n1,a,2024-01-01\n");
        assert!(
            errors.of("case_column").contains("no case column"),
            "{errors:?}"
        );
    }

    #[test]
    fn a_fault_in_a_line_is_marked_at_the_file() {
        let file = "case_id,activity,timestamp\n1,a,2024-01-01T00:00:00Z\n1,b,soon\n";
        let errors = refusal(&Typed::default(), file);
        assert!(errors.of("file").starts_with("Line 3"), "{errors:?}");
    }

    #[test]
    fn a_name_that_does_not_do_is_marked_and_the_file_asked_for_again() {
        let problem = Problem::new(kind::LOG_INVALID).field("name", "give the log a name");
        let errors = errors(&Typed::default(), &problem);
        assert_eq!(errors.of("name"), "Give the log a name.");
        assert!(errors.of("file").starts_with("Choose the file again"));
    }
}
