use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};

use crate::Public;
use crate::problem::{Problem, kind};

/// A file that pages load. Its name holds the hash of its content, so it is kept for ever.
pub(super) async fn asset(
    _: Public,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = ui::assets::by_file_name(&file).ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let tag = format!("\"{}\"", asset.sha256);
    let describe = [
        (header::CONTENT_TYPE, asset.content_type.to_owned()),
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ETAG, tag.clone()),
    ];
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, describe).into_response());
    }
    let bytes = match &asset.bytes {
        std::borrow::Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes::Bytes::copy_from_slice(bytes),
    };
    Ok((describe, bytes).into_response())
}
