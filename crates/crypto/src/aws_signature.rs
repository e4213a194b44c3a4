//! Signature Version 4 of AWS, for a POST to `/` without a query: what its key management service takes.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use kernel::Secret;
use zeroize::Zeroizing;

use crate::digest::sha256;

/// Who signs, for which service and where.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The identifier of the access key.
    pub key_id: &'a str,
    /// The access key.
    pub secret: &'a Secret<String>,
    /// `eu-central-1`
    pub region: &'a str,
    /// `kms`
    pub service: &'a str,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl Signer<'_> {
    /// The value of the header `Authorization`. `headers` are all that is signed, in lower case and in order, with
    /// `host` and `x-amz-date` among them; `date` is the value of the latter, `20150830T123600Z`.
    pub fn authorization(&self, headers: &[(&str, &str)], body: &[u8], date: &str) -> String {
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines = headers.iter().fold(String::new(), |lines, (name, value)| {
            lines + name + ":" + value.trim() + "\n"
        });
        let body = hex::encode(sha256(body));
        let canonical = format!("POST\n/\n\n{lines}\n{names}\n{body}");
        let day = date.split_once('T').map_or(date, |(day, _)| day);
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let canonical = hex::encode(sha256(canonical.as_bytes()));
        let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{canonical}");
        let key = Zeroizing::new(format!("AWS4{}", self.secret.expose()));
        let mut tag = sign(&Key::new(HMAC_SHA256, key.as_bytes()), day.as_bytes());
        for part in [self.region, self.service, "aws4_request", &to_sign] {
            tag = sign(&Key::new(HMAC_SHA256, tag.as_ref()), part.as_bytes());
        }
        format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.key_id,
            hex::encode(tag.as_ref())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `post-vanilla` and `post-header-key-sort` of the test suite that AWS publishes.
    #[test]
    fn the_published_vectors_hold() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        let signer = Signer {
            key_id: "AKIDEXAMPLE",
            secret: &secret,
            region: "us-east-1",
            service: "service",
        };
        let date = "20150830T123600Z";
        let host = ("host", "example.amazonaws.com");
        let vanilla = signer.authorization(&[host, ("x-amz-date", date)], b"", date);
        assert_eq!(
            vanilla,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        );
        let headers = [host, ("my-header1", "value1"), ("x-amz-date", date)];
        let sorted = signer.authorization(&headers, b"", date);
        assert!(sorted.ends_with(
            "SignedHeaders=host;my-header1;x-amz-date, \
             Signature=c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ));
    }
}
