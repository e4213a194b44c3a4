//! The pages of event logs: a form with a file, as a browser sends it.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{Method, header};

use crate::support::{Answer, Client, Front, ORIGIN, front};

const CSV: &str = "case_id,activity,timestamp\n\
    1,Register,2024-01-01T09:00:00Z\n\
    1,Close,2024-01-01T10:30:00Z\n\
    2,Register,2024-01-02T09:00:00Z\n\
    2,Close,2024-01-04T09:00:00Z\n";

/// Sends the form in small pieces, its token first.
async fn import(
    client: &mut Client,
    front: &Front,
    (typed, file): (&[(&str, &str)], &str),
    token: &str,
) -> Answer {
    let part = |name: &str, content: &str| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let mut form = part("csrf", token);
    for (name, text) in typed {
        form.push_str(&part(name, text));
    }
    form.push_str(&part("file\"; filename=\"Orders.csv", file));
    form.push_str("--xyz--\r\n");
    let pieces: Vec<Result<Bytes, std::io::Error>> = form
        .as_bytes()
        .chunks(50)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let mut request = client.request(Method::POST, "/insight/import");
    *request.body_mut() = Body::from_stream(stream::iter(pieces));
    let headers = request.headers_mut();
    headers.remove("x-csrf-token");
    let kind = "multipart/form-data; boundary=xyz".parse().unwrap();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ORIGIN, ORIGIN.parse().unwrap());
    client.send(front, request).await
}

#[tokio::test]
async fn a_file_becomes_a_log_that_its_pages_show() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let token = ada.csrf.clone();
    let sent = import(&mut ada, &front, (&[("name", "")], CSV), &token).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let job = sent.header("location").to_owned();
    assert!(job.starts_with("/insight/imports/job_"), "{job}");
    let page = ada.get(&front, &job).await;
    assert!(page.text.contains("2 cases and 4 events"), "{}", page.text);
    let status = ada.get(&front, &format!("{job}/status")).await;
    assert!(!status.text.contains("<html") && !status.text.contains("every 500ms"));
    let log = job.replace("imports/job_", "logs/log_");
    assert!(status.text.contains(&format!("href=\"{log}\"")));
    for query in ["", "?detail=all", "?detail=nonsense"] {
        let shown = ada.get(&front, &format!("{log}{query}")).await;
        assert_eq!(shown.status, 200, "{query}");
        assert!(shown.text.contains("Register") && shown.text.contains("<svg"));
    }
    let list = ada.get(&front, "/insight").await;
    assert!(list.text.contains(&log) && list.text.contains("Orders"));
    let mut bo = front.owner("bo").await;
    for path in [&job, &log, &format!("{job}/status")] {
        assert_eq!(bo.get(&front, path).await.status, 404, "{path}");
    }
    assert!(!bo.get(&front, "/insight").await.text.contains(&log));
}

#[tokio::test]
async fn a_refused_file_comes_back_as_the_form_with_what_is_wrong() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let token = ada.csrf.clone();
    let typed = [("name", "Spring"), ("time_column", "when")];
    let refused = import(&mut ada, &front, (&typed, CSV), &token).await;
    assert_eq!(refused.status, 422);
    for text in ["id=\"import\"", "value=\"Spring\"", "value=\"when\""] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    assert!(refused.text.contains("there must be exactly one column"));
    // Refused at its second line, long before it ends.
    let bad = format!(
        "case_id,activity,timestamp\n1,a,soon\n{}",
        "1,a,2024-01-01T00:00:00Z\n".repeat(9000)
    );
    let refused = import(&mut ada, &front, (&[], &bad), &token).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("is not a date"), "{}", refused.text);
    let list = ada.get(&front, "/insight").await;
    assert!(list.text.contains("Refused"));
}

#[tokio::test]
async fn a_form_without_its_token_imports_nothing() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let forged = import(&mut ada, &front, (&[("name", "x")], CSV), "guess").await;
    assert_eq!(forged.status, 403);
    assert!(
        ada.get(&front, "/insight")
            .await
            .text
            .contains("No logs yet")
    );
}

#[tokio::test]
async fn a_log_and_what_is_left_of_a_refused_one_are_removed_on_their_pages() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let token = ada.csrf.clone();
    let job = import(&mut ada, &front, (&[], CSV), &token).await;
    let log = job.header("location").replace("imports/job_", "logs/log_");
    import(&mut ada, &front, (&[("name", "Bad")], "no,log\n"), &token).await;
    let logs = ada.get(&front, "/api/v1/logs").await.json();
    let failed = logs
        .as_array()
        .unwrap()
        .iter()
        .find(|log| log["name"] == "Bad");
    let failed = format!("/insight/logs/{}", failed.unwrap()["id"].as_str().unwrap());
    let refused = failed.replace("logs/log_", "imports/job_");
    let again = ada.get(&front, &refused).await;
    assert!(again.text.contains("Import again"), "{}", again.text);

    let mut bo = front.owner("bo").await;
    for (page, log) in [(&log, &log), (&refused, &failed)] {
        let remove = format!("{log}/remove");
        let form = format!("<form method=\"post\" action=\"{remove}\">");
        let shown = ada.get(&front, page).await.text;
        assert!(shown.contains(&form) && shown.contains("Remove this log?"));
        assert_eq!(bo.submit(&front, &remove, &[]).await.status, 404);
        let removed = ada.submit(&front, &remove, &[]).await;
        assert_eq!(
            (removed.status.as_u16(), removed.header("location")),
            (303, "/insight")
        );
        assert_eq!(ada.get(&front, page).await.status, 404);
    }
    assert!(
        ada.get(&front, "/insight")
            .await
            .text
            .contains("No logs yet")
    );
}
