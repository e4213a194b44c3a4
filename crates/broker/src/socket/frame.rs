use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroize as _;

/// The longest frame: an answer of the largest size that egress lets in, with room for JSON.
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

/// Reads one frame. Its bytes are wiped: they may hold a client's secret.
pub(super) async fn read<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<T> {
    let length = stream.read_u32().await? as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the frame is too long",
        ));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    // serde_json's errors can quote what they read.
    let parsed = serde_json::from_slice(&bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the frame is not as agreed"));
    bytes.zeroize();
    parsed
}

/// Writes one frame, and wipes its bytes.
pub(super) async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    value: &impl Serialize,
) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(value)?;
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= MAX_FRAME_BYTES)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the frame is too long"))?;
    stream.write_u32(length).await?;
    stream.write_all(&bytes).await?;
    bytes.zeroize();
    stream.flush().await
}
