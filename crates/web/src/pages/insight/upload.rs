//! The import form as it arrives: texts first, then the file, which is never held.

use std::time::Duration;

use axum::extract::Request;
use broker::files::FileName;
use http::header;
use insight::{Format, Mapping};
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::edge::is_too_large;
use crate::problem::{Problem, kind};
use crate::session::csrf;

/// The form, read as far as the file begins.
pub(super) struct Upload {
    /// What was typed.
    pub(super) typed: Typed,
    /// The file, unread, if one was chosen.
    pub(super) file: Option<Field<'static>>,
    /// What that is called.
    pub(super) file_name: FileName,
    rest: Multipart<'static>,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) case_column: String,
    pub(super) activity_column: String,
    pub(super) time_column: String,
    pub(super) resource_column: String,
}

const FILE: &str = "file";
/// Of a typed field; names of logs and columns are shorter.
const MAX_TEXT_BYTES: u64 = 4096;
/// A browser hears an answer only after it has sent everything; a slow one is not waited for longer.
const MAX_REST: Duration = Duration::from_mins(1);

impl Upload {
    /// Reads the typed fields.
    pub(super) async fn read(request: Request) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(content_type.unwrap_or_default())
            .map_err(|_| Problem::new(kind::BAD_FORM))?;
        let stream = request.into_body().into_data_stream();
        let mut rest = Multipart::with_constraints(stream, boundary, constraints());
        let mut typed = Typed::default();
        while let Some(field) = rest.next_field().await.map_err(|error| broken(&error))? {
            if field.name() == Some(FILE) {
                // A form without a file has a part without a name.
                let chosen = field.file_name().is_some_and(|name| !name.is_empty());
                let file_name = FileName::of(field.file_name().unwrap_or_default());
                if typed.name.is_empty() && chosen {
                    log_name(file_name.as_str()).clone_into(&mut typed.name);
                }
                return Ok(Self {
                    typed,
                    file: chosen.then_some(field),
                    file_name,
                    rest,
                });
            }
            let name = field.name().unwrap_or_default().to_owned();
            let text = field.text().await.map_err(|error| broken(&error))?;
            typed.set(&name, text.trim());
        }
        Ok(Self {
            typed,
            file: None,
            file_name: FileName::of(""),
            rest,
        })
    }

    /// Lets what is left of the form pass, so that the browser gets to hear why it was refused.
    pub(super) async fn skip_rest(mut self) -> Typed {
        drop(self.file);
        let skip = async { while let Ok(Some(_)) = self.rest.next_field().await {} };
        // Too slow: then the connection closes, and the browser says so.
        let _ = tokio::time::timeout(MAX_REST, skip).await;
        self.typed
    }
}

impl Typed {
    fn set(&mut self, field: &str, text: &str) {
        let place = match field {
            "name" => &mut self.name,
            "case_column" => &mut self.case_column,
            "activity_column" => &mut self.activity_column,
            "time_column" => &mut self.time_column,
            "resource_column" => &mut self.resource_column,
            // The token, which was checked before.
            _ => return,
        };
        text.clone_into(place);
    }

    /// What the file is taken for. Whoever names a column means a CSV.
    pub(super) fn format(&self) -> Format {
        let named = |column: &str| (!column.is_empty()).then(|| column.to_owned());
        let mapping = Mapping {
            case: named(&self.case_column),
            activity: named(&self.activity_column),
            timestamp: named(&self.time_column),
            resource: named(&self.resource_column),
            ..Mapping::default()
        };
        if mapping == Mapping::default() {
            Format::Auto
        } else {
            Format::Csv(mapping)
        }
    }
}

fn constraints() -> Constraints {
    let fields = [
        csrf::FIELD,
        "name",
        "case_column",
        "activity_column",
        "time_column",
        "resource_column",
        FILE,
    ];
    // The whole was limited before; here no typed field may take the memory that a file may not.
    let sizes = SizeLimit::new()
        .per_field(MAX_TEXT_BYTES)
        .for_field(FILE, u64::MAX);
    Constraints::new()
        .allowed_fields(fields.to_vec())
        .size_limit(sizes)
}

fn broken(error: &multer::Error) -> Problem {
    Problem::new(if is_too_large(error) {
        kind::TOO_LARGE
    } else {
        kind::BAD_FORM
    })
}

/// `orders` of `orders.csv.gz`.
fn log_name(file_name: &str) -> &str {
    let mut name = file_name;
    for ending in [".gz", ".xes", ".csv"] {
        let cut = name.len().saturating_sub(ending.len());
        if let Some((stem, found)) = name.split_at_checked(cut)
            && !stem.is_empty()
            && found.eq_ignore_ascii_case(ending)
        {
            name = stem;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    fn part(name: &str, content: &str) -> String {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    }

    fn file(name: &str, content: &str) -> String {
        part(&format!("file\"; filename=\"{name}"), content)
    }

    /// Sends the parts in pieces of 7 bytes.
    fn request(parts: &[String]) -> Request {
        let form = parts.concat() + "--xyz--\r\n";
        let pieces: Vec<Result<Bytes, axum::Error>> = form
            .as_bytes()
            .chunks(7)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let mut request = Request::new(Body::from_stream(stream::iter(pieces)));
        let content_type = "multipart/form-data; boundary=xyz".parse().unwrap();
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        request
    }

    #[tokio::test]
    async fn texts_are_read_and_the_file_comes_as_it_is() {
        let upload = Upload::read(request(&[
            part("csrf", "token"),
            part("name", " Orders "),
            part("case_column", "order"),
            file("o.csv", "order,what,at\r\n1,a,2024-01-01\r\n"),
        ]))
        .await
        .unwrap();
        assert_eq!(upload.typed.name, "Orders");
        let Format::Csv(mapping) = upload.typed.format() else {
            panic!("a named column means a CSV")
        };
        assert_eq!(mapping.case.as_deref(), Some("order"));
        assert_eq!(mapping.activity, None);
        let body = Body::from_stream(upload.file.unwrap());
        let content = to_bytes(body, 1000).await.unwrap();
        assert_eq!(&content[..], b"order,what,at\r\n1,a,2024-01-01\r\n");
    }

    #[tokio::test]
    async fn an_empty_name_becomes_that_of_the_file() {
        let upload = Upload::read(request(&[part("name", ""), file("Desk.XES.gz", "<log/>")]));
        let upload = upload.await.unwrap();
        assert_eq!(upload.typed.name, "Desk");
        assert_eq!(upload.file_name.as_str(), "Desk.XES.gz");
        assert!(matches!(upload.typed.format(), Format::Auto));
        assert_eq!(log_name(".csv"), ".csv");
        assert_eq!(log_name("ä.csv"), "ä");
    }

    #[tokio::test]
    async fn a_form_without_a_file_says_so_and_keeps_what_was_typed() {
        let upload = Upload::read(request(&[part("name", "Orders"), file("", "")]));
        let upload = upload.await.unwrap();
        assert!(upload.file.is_none());
        assert_eq!(upload.skip_rest().await.name, "Orders");
        let upload = Upload::read(request(&[part("name", "Orders")])).await;
        assert!(upload.unwrap().file.is_none());
    }

    #[tokio::test]
    async fn fields_of_no_form_of_ours_and_texts_as_large_as_files_are_refused() {
        for parts in [
            [part("else", "x"), file("a.csv", "x")],
            [part("name", &"x".repeat(9000)), file("a.csv", "x")],
        ] {
            assert!(Upload::read(request(&parts)).await.is_err());
        }
        assert!(Upload::read(Request::new(Body::empty())).await.is_err());
    }

    #[tokio::test]
    async fn a_file_that_is_cut_does_not_end_as_a_whole_one() {
        let form = file("a.csv", "case,activity,timestamp\r\n1,a,2024");
        let cut = form.trim_end().to_owned();
        let mut whole = request(&[]);
        *whole.body_mut() = Body::from(cut);
        let upload = Upload::read(whole).await.unwrap();
        let body = Body::from_stream(upload.file.unwrap());
        assert!(to_bytes(body, 1000).await.is_err());
    }
}
