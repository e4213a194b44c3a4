use std::net::SocketAddr;

use hickory_resolver::proto::rr::RData;

use crate::egress::resolver::{LIMIT, resolver};

/// Where an organisation writes that a mail domain is its own: a name of its own, so that it is in nobody's way.
const NAME: &str = "_countersign";
/// What such a record says before the challenge.
const PREFIX: &str = "countersign-verification=";
/// As many records are looked at.
const MOST: usize = 50;

/// Reads TXT records (RFC 1035 3.3.14).
#[derive(Debug, Clone, Default)]
pub(crate) struct TxtRecords {
    /// None: those of the system.
    servers: Vec<SocketAddr>,
}

/// Why DNS gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("DNS gave no answer for this domain: {0}")]
pub(crate) struct TxtError(String);

impl TxtRecords {
    /// Those that these servers give.
    pub(crate) fn at(servers: &[SocketAddr]) -> Self {
        Self {
            servers: servers.to_vec(),
        }
    }

    /// The challenges that stand at a domain. Each time anew: whoever has just written a record waits for it.
    pub(crate) async fn challenges(&self, domain: &str) -> Result<Vec<String>, TxtError> {
        let resolver = resolver(&self.servers).map_err(|error| TxtError(error.to_string()))?;
        // The dot at its end: no search list of the machine's is tried.
        let looked = resolver.txt_lookup(format!("{NAME}.{domain}."));
        let answer = match tokio::time::timeout(LIMIT, looked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.is_no_records_found() => return Ok(Vec::new()),
            Ok(Err(error)) => return Err(TxtError(error.to_string())),
            Err(_) => return Err(TxtError("it took too long".to_owned())),
        };
        let texts = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::TXT(txt) => Some(txt.txt_data.concat()),
                _ => None,
            });
        Ok(texts
            .take(MOST)
            .filter_map(|text| challenge(&text))
            .collect())
    }
}

fn challenge(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    text.strip_prefix(PREFIX).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_record_of_ours_holds_a_challenge() {
        assert_eq!(
            challenge(b"countersign-verification=ab"),
            Some("ab".to_owned())
        );
        assert_eq!(
            challenge(b" countersign-verification=ab "),
            Some("ab".to_owned())
        );
        for other in [
            b"v=spf1 -all".as_slice(),
            b"ab",
            b"\xff",
            b"x countersign-verification=ab",
        ] {
            assert_eq!(challenge(other), None);
        }
    }
}
