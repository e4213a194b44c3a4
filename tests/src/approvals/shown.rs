//! A person can recompute what they approve.

use crypto::digest::sha256;
use serde_json::Value;

use super::page;
use crate::world::World;

fn hexadecimal(text: &str) -> String {
    let digits = sha256(text.as_bytes()).map(|byte| format!("{byte:02x}"));
    digits.concat()
}

/// The text of the element with this id.
fn text_of(html: &str, id: &str) -> String {
    let start = html.find(&format!("id=\"{id}\">")).unwrap();
    let (_, rest) = html[start..].split_once('>').unwrap();
    let (text, _) = rest.split_once("</").unwrap();
    [
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, letter)| {
        text.replace(entity, letter)
    })
}

#[tokio::test]
async fn the_page_holds_the_document_whose_hash_is_approved_and_that_the_hash_of_the_body() {
    let world = World::start().await;
    let (id, hash) = world.propose("Look \"closely\" & <twice>").await;
    let html = page(&world, &format!("/approvals/{id}")).await;
    let document = text_of(&html, "hashed-document");
    assert_eq!(hexadecimal(&document), hash);
    assert_eq!(text_of(&html, "payload-hash"), hash);
    let document: Value = serde_json::from_str(&document).unwrap();
    let body = text_of(&html, "body-exact");
    assert_eq!(document["request"]["body_sha256"], hexadecimal(&body));
}
