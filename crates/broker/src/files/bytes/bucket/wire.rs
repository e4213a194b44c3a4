use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::RANGE;
use http::{HeaderMap, Response as HttpAnswer, StatusCode};
use http_body_util::BodyExt as _;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use reqwest::{Body, Request, Response, Url};

use super::error::{BucketError, code_in};
use crate::egress::bucket::BucketDoor;

/// Until an answer begins; a part of a file has more to say before that.
const CALL: Duration = Duration::from_secs(30);
const PART_CALL: Duration = Duration::from_mins(2);

/// What `object_store` sends by: the broker's own client, whose guard sees every address.
#[derive(Clone)]
pub(super) struct Wire(pub(super) Arc<BucketDoor>);

impl Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, BucketError> {
        let (parts, body) = request.into_parts();
        let limit = if body.content_length() == 0 {
            CALL
        } else {
            PART_CALL
        };
        let wants_file = parts.headers.contains_key(RANGE);
        let unreadable = |_| BucketError::Failed {
            status: 0,
            code: "an address that cannot be read".to_owned(),
        };
        let url = Url::parse(&parts.uri.to_string()).map_err(unreadable)?;
        let mut request = Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(Body::wrap(body));
        let answer = self.0.send(request, limit).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if wants_file && status == StatusCode::PARTIAL_CONTENT {
            return Ok(answered(status, headers, streamed(answer)));
        }
        // Anything else is short, or is not read to its end.
        let body = BucketDoor::read(answer, limit).await?;
        if status.is_success() {
            return Ok(answered(status, headers, body.into()));
        }
        Err(BucketError::of_answer(status.as_u16(), code_in(&body)))
    }
}

fn answered(status: StatusCode, headers: HeaderMap, body: HttpResponseBody) -> HttpResponse {
    let mut answer = HttpAnswer::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

fn streamed(answer: Response) -> HttpResponseBody {
    let body: Body = answer.into();
    HttpResponseBody::new(
        body.map_err(|_| HttpError::new(HttpErrorKind::Interrupted, BucketError::Unreachable)),
    )
}

impl HttpService for Wire {
    // What the macro async_trait makes of an async fn.
    fn call<'life, 'call>(
        &'life self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'call>>
    where
        'life: 'call,
        Self: 'call,
    {
        Box::pin(async move {
            let sent = self.send(request).await;
            sent.map_err(|error| HttpError::new(error.kind(), error))
        })
    }
}

impl HttpConnector for Wire {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}
