use ui::approvals::{Body, Mail, Request};

use super::Ink;

const BODY: &str = r#"{"assignee":null,"description":"In the median, 2.1 days pass between Diagnose and Wait for supplier (212 cases since 1 October).\n\nProposed: agree on a first answer within 8 hours.","labels":["process","waiting"],"priority":2,"source":{"log":"log_06jd8k","measure":"median_wait_s","value":181440},"title":"Shorten the wait for suppliers"}"#;

const DOCUMENT: &str = r#"{"actor":"key_06jd8k","app":"tracker","connection":"con_06jd8k","format":1,"manifest_sha256":"2c4d1e8b","operation":"create_issue","organisation":"org_06jd8k","proposal":"apr_06jd8k","request":{"body_sha256":"5b69788796","method":"POST","path":"/api/projects/operations/issues","port":443}}"#;

pub(crate) fn ticket(ink: &Ink) -> Request {
    Request {
        method: ink.t("POST"),
        scheme: ink.t("https"),
        host: ink.t("tracker.example"),
        path: ink.t("/api/projects/operations/issues"),
        query: ink.pairs(&[("notify", "false")]),
        headers: ink.pairs(&[
            ("content-type", "application/json"),
            ("accept", "application/json"),
        ]),
        body: Body::Json(ink.t(BODY)),
        document: ink.t(DOCUMENT),
        payload_hash: ink.t("9f2c4d1e8b7a60534f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"),
    }
}

pub(crate) fn with_hidden_characters(ink: &Ink) -> Request {
    Request {
        body: Body::Json(ink.t(
            "{\"attachment\":\"invoice-\u{202e}fdp.exe\",\"title\":\"Pay\u{200b}ment reminder\"}",
        )),
        ..ticket(ink)
    }
}

pub(crate) fn plain_text(ink: &Ink) -> Request {
    Request {
        body: Body::Text(ink.t("title=Shorten+the+wait&project=operations")),
        query: Vec::new(),
        ..ticket(ink)
    }
}

pub(crate) fn mail(ink: &Ink) -> Request {
    Request {
        method: ink.t("SEND"),
        scheme: ink.t("smtps"),
        host: ink.t("smtp.example.com"),
        path: ink.t("/message"),
        headers: Vec::new(),
        query: Vec::new(),
        body: Body::Mail(Mail {
            from: ink.t("desk@example.com"),
            to: vec![ink.t("ben@example.com"), ink.t("eve@example.com")],
            cc: vec![ink.t("kim@example.com")],
            subject: ink.t("Hand-over at nine"),
            text: ink.t("Hello Ben,\n\nthe supplier answered. Can you take it from here?\n"),
            exact: ink.t(
                r#"{"cc":["kim@example.com"],"from":"desk@example.com","message_id":"apr_06jd8k"}"#,
            ),
        }),
        ..ticket(ink)
    }
}

pub(crate) fn without_body(ink: &Ink) -> Request {
    Request {
        body: Body::None,
        headers: Vec::new(),
        query: Vec::new(),
        ..ticket(ink)
    }
}
