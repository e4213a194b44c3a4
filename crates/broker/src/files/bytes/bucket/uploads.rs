//! Uploads that were begun and never ended: storage keeps their parts, and bills them, until somebody says otherwise.
//! `object_store` cannot list them, so that this asks by itself.

use http::Method;
use object_store::aws::{AmazonS3, AwsAuthorizer};
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use object_store::multipart::MultipartStore as _;
use object_store::path::Path;
use roxmltree::{Document, Node};
use url::Url;

use super::error::BucketError;

/// Pages of uploads of one object: there is one upload of each file.
const MOST_PAGES: usize = 10;

pub(super) struct Uploads {
    pub(super) client: HttpClient,
    /// Where the bucket is.
    pub(super) url: Url,
    pub(super) region: String,
}

impl Uploads {
    /// Ends all that are under way for `key`. What they brought is removed.
    pub(super) async fn abort(&self, store: &AmazonS3, key: &Path) -> Result<usize, BucketError> {
        let mut aborted = 0;
        for _ in 0..MOST_PAGES {
            let begun = self.begun(store, key).await?;
            if begun.is_empty() {
                return Ok(aborted);
            }
            for upload in begun {
                match store.abort_multipart(key, &upload).await {
                    Ok(()) => aborted += 1,
                    Err(error) => match BucketError::behind(&error) {
                        // It ended meanwhile.
                        BucketError::Missing => {}
                        error => return Err(error),
                    },
                }
            }
        }
        Err(unreadable())
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>
    async fn begun(&self, store: &AmazonS3, key: &Path) -> Result<Vec<String>, BucketError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("prefix", key.as_ref())
            .append_pair("uploads", "");
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = url.as_str().parse().map_err(|_| unreadable())?;
        let credential = store.credentials().get_credential().await;
        let credential = credential.map_err(|error| BucketError::behind(&error))?;
        AwsAuthorizer::new(&credential, "s3", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|error| BucketError::behind(&error))?;
        let answer = self.client.execute(request).await;
        let answer = answer.map_err(|error| BucketError::behind(&generic(error)))?;
        let body = answer.into_body().bytes().await;
        let body = body.map_err(|error| BucketError::behind(&generic(error)))?;
        let text = str::from_utf8(&body).map_err(|_| unreadable())?;
        uploads_in(text, key.as_ref()).ok_or_else(unreadable)
    }
}

fn generic(error: object_store::client::HttpError) -> object_store::Error {
    object_store::Error::Generic {
        store: "S3",
        source: Box::new(error),
    }
}

/// The identifiers of the uploads of `key`. Nothing where it is no such list.
fn uploads_in(text: &str, key: &str) -> Option<Vec<String>> {
    let document = Document::parse(text).ok()?;
    let list = document.root_element();
    if list.tag_name().name() != "ListMultipartUploadsResult" {
        return None;
    }
    let of = |upload: Node<'_, '_>, name: &str| {
        let found = upload.children().find(|it| it.tag_name().name() == name);
        found.and_then(|it| it.text()).map(str::to_owned)
    };
    let uploads = list
        .children()
        .filter(|it| it.tag_name().name() == "Upload");
    uploads
        .filter(|upload| of(*upload, "Key").as_deref() == Some(key))
        .map(|upload| of(upload, "UploadId"))
        .collect()
}

fn unreadable() -> BucketError {
    BucketError::Failed {
        status: 200,
        code: "a list of uploads that cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_of_the_very_object_are_found() {
        let list = "<?xml version=\"1.0\"?>
            <ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>b</Bucket>
              <Upload><Key>a/1</Key><UploadId>one</UploadId></Upload>
              <Upload><Key>a/12</Key><UploadId>another's</UploadId></Upload>
              <Upload><Key>a/1</Key><UploadId>two</UploadId></Upload></ListMultipartUploadsResult>";
        let found = uploads_in(list, "a/1").unwrap();
        assert_eq!(found, ["one", "two"]);
        for other in ["", "<Error/>", "<ListMultipartUploadsResult>"] {
            assert_eq!(uploads_in(other, "a/1"), None);
        }
    }
}
