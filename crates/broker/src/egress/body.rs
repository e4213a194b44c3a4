use reqwest::Response;
use zeroize::Zeroize;

use super::error::EgressError;

/// Bytes that are wiped when they are dropped, and when they move.
#[derive(Default)]
pub(crate) struct WipedBytes(Vec<u8>);

impl WipedBytes {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Appends, and wipes the old place where a `Vec` would leave it behind.
    fn append(&mut self, more: &[u8]) {
        let needed = self.0.len() + more.len();
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(self.0.capacity() * 2));
            larger.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = larger;
        }
        self.0.extend_from_slice(more);
    }
}

impl Drop for WipedBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Reads a body of at most `limit` bytes, whatever its headers say about its length.
pub(crate) async fn read_limited(
    mut response: Response,
    limit: usize,
) -> Result<WipedBytes, EgressError> {
    let status = response.status().as_u16();
    let too_large = EgressError::TooLarge { status };
    let announced = response.content_length();
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |l| l > limit)) {
        return Err(too_large);
    }
    let mut body = WipedBytes::default();
    let broken = |_| EgressError::Malformed { status };
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if chunk.len() > limit - body.0.len() {
            return Err(too_large);
        }
        body.append(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_there_in_order() {
        let mut bytes = WipedBytes::default();
        for piece in [&b"one "[..], b"", b"two ", &[b'x'; 5000], b"end"] {
            bytes.append(piece);
        }
        assert_eq!(bytes.as_slice().len(), 5011);
        assert!(bytes.as_slice().starts_with(b"one two xx") && bytes.as_slice().ends_with(b"xend"));
    }
}
