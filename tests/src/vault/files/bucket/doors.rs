//! What a start refuses, and where nothing is ever sent.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use broker::egress::{LookingUp, Lookup, SystemLookup};
use broker::files::{BucketConfig, FileStore};
use kernel::{Secret, SystemRng};
use tokio::net::TcpListener;

use super::{ALLOWED, config, moto, names, started, uploads};
use crate::vault::keepers::moto::Moto;

async fn refused(config: BucketConfig) -> String {
    started(config).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_start_tries_the_bucket_and_leaves_nothing_there() {
    let moto = moto();
    started(config(&moto, moto.url())).await.unwrap();
    assert_eq!(names(&moto), Vec::<String>::new());
    assert_eq!(uploads(&moto), 0);
}

#[tokio::test]
async fn a_start_says_what_is_wrong_with_the_bucket_and_names_no_secret() {
    let moto = moto();
    let ours = || config(&moto, moto.url());
    let mut wrong_key = ours();
    wrong_key.secret_access_key = Secret::new("another-access-key".to_owned());
    let said = refused(wrong_key).await;
    assert!(
        said.contains("files.bucket_denied") && said.contains("SignatureDoesNotMatch"),
        "{said}"
    );
    assert!(
        !said.contains("another-access-key") && !said.contains(&moto.id),
        "{said}"
    );
    let mut no_bucket = ours();
    no_bucket.bucket = "no-such-bucket".to_owned();
    let said = refused(no_bucket).await;
    assert!(said.contains("files.bucket_not_found"), "{said}");
    for missing in [
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:ListBucketMultipartUploads",
    ] {
        let actions: Vec<_> = ALLOWED.into_iter().filter(|it| *it != missing).collect();
        let narrow = Moto::allowing(&actions);
        let said = refused(config(&narrow, narrow.url())).await;
        assert!(said.contains("files.bucket_denied"), "{missing}: {said}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let said = refused(config(&moto, &url)).await;
    assert!(said.contains("files.bucket_unreachable"), "{said}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_wherever_it_leads() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}/", elsewhere.local_addr().unwrap());
    let reached = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reached);
    let counting = tokio::spawn(async move {
        while elsewhere.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(async move || {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [("location", target.clone())],
        )
    });
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let moto = moto();
    let said = refused(config(&moto, &url)).await;
    assert!(said.contains("files.bucket_redirect"), "{said}");
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    counting.abort();
    serving.abort();
}

/// Names that mean one address.
struct Always(IpAddr);

impl Lookup for Always {
    fn lookup(&self, _: String) -> LookingUp {
        let address = self.0;
        Box::pin(async move { Ok(vec![address]) })
    }
}

#[tokio::test]
async fn an_address_that_nobody_may_reach_is_not_reached_by_being_named() {
    let moto = moto();
    let metadata: IpAddr = "169.254.169.254".parse().unwrap();
    let lookups: [(&str, Arc<dyn Lookup>); 3] = [
        ("http://169.254.169.254", Arc::new(SystemLookup)),
        ("http://[fd00:ec2::254]", Arc::new(SystemLookup)),
        ("http://storage.internal", Arc::new(Always(metadata))),
    ];
    for (url, lookup) in lookups {
        let store = FileStore::bucket(config(&moto, url), lookup).unwrap();
        let said = store.check(&SystemRng).await.unwrap_err().to_string();
        assert!(said.contains("files.bucket_address"), "{url}: {said}");
    }
}
