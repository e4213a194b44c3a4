use broker::protocol::ShownRequest;
use http::header;
use serde::Deserialize;
use ui::approvals::{Body, Mail, Request};
use url::Url;

/// The request in the parts that a person reads. The address is split as the broker wrote it: what
/// is shown must be what is sent, so nothing is decoded but the query's pairs.
pub(super) fn shown(request: ShownRequest) -> Request {
    let url = Url::parse(&request.url).ok();
    let query = url
        .iter()
        .flat_map(|url| url.query_pairs().into_owned())
        .collect();
    let (scheme, rest) = request.url.split_once("://").unwrap_or(("", &request.url));
    let (place, _) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = place.find('/').map_or((place, ""), |at| place.split_at(at));
    Request {
        method: request.method,
        scheme: scheme.to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        query,
        body: body(scheme, request.body, &request.headers),
        headers: request.headers,
        document: request.document,
        payload_hash: request.payload_hash,
    }
}

/// In place of a request that the broker cannot show.
pub(super) fn hidden(why: &str, payload_hash: String) -> Request {
    Request {
        method: String::new(),
        scheme: String::new(),
        host: String::new(),
        path: String::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Text(format!("This cannot be shown now: {why}")),
        document: String::new(),
        payload_hash,
    }
}

fn body(scheme: &str, body: Option<String>, headers: &[(String, String)]) -> Body {
    if let (true, Some(text)) = (scheme.starts_with("smtp"), &body)
        && let Some(mail) = mail(text)
    {
        return Body::Mail(mail);
    }
    let is_json = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str()) && value.contains("json")
    });
    match body {
        None => Body::None,
        Some(text) if is_json => Body::Json(text),
        Some(text) => Body::Text(text),
    }
}

/// Nothing where it holds something else than this page shows: then all of it is shown as it is.
fn mail(text: &str) -> Option<Mail> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Letter {
        from: String,
        to: Vec<String>,
        #[serde(default)]
        cc: Vec<String>,
        subject: String,
        text: String,
        #[serde(rename = "message_id")]
        _message_id: String,
    }
    let letter: Letter = serde_json::from_str(text).ok()?;
    Some(Mail {
        from: letter.from,
        to: letter.to,
        cc: letter.cc,
        subject: letter.subject,
        text: letter.text,
        exact: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_in_its_own_parts() {
        let request = shown(ShownRequest {
            title: String::new(),
            app_name: String::new(),
            method: "POST".to_owned(),
            url: "https://tracker.example:8443/team/api/v1/issues?a=b%26c&d=e".to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Some("{}".to_owned()),
            document: String::new(),
            payload_hash: "00".to_owned(),
        });
        assert_eq!(
            (request.scheme.as_str(), request.host.as_str()),
            ("https", "tracker.example:8443")
        );
        assert_eq!(request.path, "/team/api/v1/issues");
        assert_eq!(request.query[0], ("a".to_owned(), "b&c".to_owned()));
        assert!(matches!(request.body, Body::Json(_)));
    }

    #[test]
    fn a_mail_is_shown_in_its_parts_or_as_it_is() {
        let whole = r#"{"from":"a@example.com","message_id":"apr_1","subject":"S","text":"one\ntwo","to":["b@example.com"]}"#;
        let Body::Mail(mail) = body("smtps", Some(whole.to_owned()), &[]) else {
            panic!("no mail");
        };
        assert_eq!(
            (mail.text.as_str(), mail.exact.as_str()),
            ("one\ntwo", whole)
        );
        assert!(mail.cc.is_empty());
        let more = whole.replace("\"subject\"", "\"bcc\":[\"c@example.com\"],\"subject\"");
        assert!(matches!(body("smtps", Some(more), &[]), Body::Text(_)));
        assert!(matches!(
            body("https", Some(whole.to_owned()), &[]),
            Body::Text(_)
        ));
    }
}
