use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use time::OffsetDateTime;
use url::Url;

use crate::instant;
use crate::xml::{escaped, names};

/// A request to say who somebody is (SAMLCore 3.4.1). It is not signed: this side has no key, and the answer goes
/// to no address but the one that the provider knows from our metadata.
#[derive(Debug, Clone, Copy)]
pub struct AuthnRequest<'a> {
    /// A name in XML: a letter or an underscore first. The response has to repeat it.
    pub id: &'a str,
    /// The present moment.
    pub now: OffsetDateTime,
    /// Our name, as the provider knows it.
    pub sp_entity_id: &'a str,
    /// Where the response has to be posted.
    pub acs_url: &'a str,
    /// The provider's address for requests by redirect.
    pub sso_url: &'a Url,
    /// Whether the person has to be asked anew, whatever session the provider has.
    pub is_fresh: bool,
}

impl AuthnRequest<'_> {
    /// Where to send the browser (SAMLBindings 3.4.4). `relay_state` comes back with the response.
    pub fn url(&self, relay_state: &str) -> Url {
        let mut url = self.sso_url.clone();
        url.set_fragment(None);
        url.query_pairs_mut()
            .append_pair("SAMLRequest", &deflated(&self.xml()))
            .append_pair("RelayState", relay_state);
        url
    }

    /// Asks for no format of names: providers are configured to have one, and many refuse to be told. Transient
    /// ones are refused when they come.
    fn xml(&self) -> String {
        let fresh = if self.is_fresh {
            " ForceAuthn=\"true\""
        } else {
            ""
        };
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{}\" xmlns:saml=\"{}\" ID=\"{}\" Version=\"2.0\" \
             IssueInstant=\"{}\" Destination=\"{}\"{fresh} ProtocolBinding=\"{}\" \
             AssertionConsumerServiceURL=\"{}\"><saml:Issuer>{}</saml:Issuer>\
             <samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
            names::PROTOCOL,
            names::ASSERTION,
            escaped(self.id),
            instant::written(self.now),
            escaped(self.sso_url.as_str()),
            names::POST,
            escaped(self.acs_url),
            escaped(self.sp_entity_id),
        )
    }
}

/// SAMLBindings 3.4.4.1: DEFLATE (RFC 1951, without a header), then base64.
fn deflated(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // A vector takes everything: what fails here cannot.
    let packed = encoder
        .write_all(xml.as_bytes())
        .and_then(|()| encoder.finish())
        .unwrap_or_default();
    BASE64_STANDARD.encode(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use roxmltree::Document;
    use time::macros::datetime;

    use super::*;
    use crate::xml::{attribute, is, only, text};

    #[test]
    fn the_request_is_in_the_query_beside_what_the_provider_has_there() {
        let sso_url = Url::parse("https://idp.example/sso?tenant=a%26b#top").unwrap();
        let mut request = AuthnRequest {
            id: "_1",
            now: datetime!(2026-11-22 17:00:00.5 UTC),
            sp_entity_id: "https://sp.example/?a=1&b=<\"",
            acs_url: "https://sp.example/acs",
            sso_url: &sso_url,
            is_fresh: false,
        };
        for is_fresh in [false, true] {
            request.is_fresh = is_fresh;
            let url = request.url("state & more");
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            assert_eq!(pairs[0], ("tenant".to_owned(), "a&b".to_owned()));
            assert_eq!(
                pairs[2],
                ("RelayState".to_owned(), "state & more".to_owned())
            );
            assert_eq!((pairs.len(), url.fragment()), (3, None));

            let packed = BASE64_STANDARD.decode(&pairs[1].1).unwrap();
            let mut xml = String::new();
            flate2::read::DeflateDecoder::new(&packed[..])
                .read_to_string(&mut xml)
                .unwrap();
            let document = Document::parse(&xml).unwrap();
            let root = document.root_element();
            assert!(is(root, names::PROTOCOL, "AuthnRequest"));
            assert_eq!(attribute(root, "ID"), Some("_1"));
            assert_eq!(
                attribute(root, "IssueInstant"),
                Some("2026-11-22T17:00:00Z")
            );
            assert_eq!(attribute(root, "ForceAuthn"), is_fresh.then_some("true"));
            let issuer = only(root, names::ASSERTION, "Issuer").unwrap();
            assert_eq!(
                text(issuer).as_deref(),
                Some("https://sp.example/?a=1&b=<\"")
            );
        }
    }
}
