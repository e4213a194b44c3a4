//! Enveloped signatures (XML Signature 1.1), in the one form that SAMLCore 5.4 asks for.
//!
//! Of a message nothing is believed. SignedInfo is made canonical; a configured key has to have signed those
//! octets, and the reference is read from *them*. The element that it names has to be the signature's own parent; that is
//! made canonical without the signature, and has to have the digest. What comes out are these octets: whoever reads
//! on reads what was digested, wherever the element stood and whatever stood beside it.

mod algorithm;
mod error;
mod signed_info;

pub(crate) use algorithm::SignatureAlgorithm;
pub use error::SignatureError;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::certificate::Certificate;
use crate::xml::{
    Canonical, Element, Rules, Source, attribute, canonical, children, is, names, only, text,
};
use signed_info::{SignedInfo, prefixes};

/// The octets of `parent` that one of `keys` signed, by the `signature` that is a child of it.
pub(crate) fn signed_octets(
    parent: Element<'_, '_>,
    signature: Element<'_, '_>,
    keys: &[Certificate],
) -> Result<String, SignatureError> {
    let (info, value) = parts(signature)?;
    let info = canonical(info, &how_to_write(info)?).map_err(|_| SignatureError::Form)?;
    let source = Source::new(info.as_bytes(), Rules::Message).map_err(|_| SignatureError::Form)?;
    let document = source.parse().map_err(|_| SignatureError::Form)?;
    let said = SignedInfo::read(document.root_element())?;

    let is_signed = keys
        .iter()
        .any(|key| key.signed(said.algorithm, info.as_bytes(), &value));
    if !is_signed {
        return Err(SignatureError::Value);
    }
    let id = attribute(parent, "ID").filter(|id| !id.is_empty());
    if id.is_none() || said.uri.strip_prefix('#') != id {
        return Err(SignatureError::Reference);
    }
    let how = Canonical {
        prefixes: said.prefixes,
        without: Some(signature.id()),
    };
    let octets = canonical(parent, &how).map_err(|_| SignatureError::Form)?;
    if said.digest.of(octets.as_bytes()).as_ref() == said.digest_value {
        Ok(octets)
    } else {
        Err(SignatureError::Digest)
    }
}

/// SignedInfo, and the signature's value. Beside them a KeyInfo may stand, which nobody reads, but no Object, in
/// which anything could be hidden (SAML errata E91).
fn parts<'a, 'input>(
    signature: Element<'a, 'input>,
) -> Result<(Element<'a, 'input>, Vec<u8>), SignatureError> {
    let expected = ["SignedInfo", "SignatureValue", "KeyInfo"];
    let all: Vec<_> = children(signature).collect();
    let in_order = all
        .iter()
        .zip(expected)
        .all(|(child, name)| is(*child, names::DSIG, name));
    if !(2..=3).contains(&all.len()) || !in_order {
        return Err(SignatureError::Form);
    }
    let [info, value] = ["SignedInfo", "SignatureValue"].map(|it| only(signature, names::DSIG, it));
    let value = value.and_then(text).and_then(|text| base64(&text));
    Ok((
        info.ok_or(SignatureError::Form)?,
        value.ok_or(SignatureError::Form)?,
    ))
}

/// By which form SignedInfo itself was signed. A lie in here makes other octets, which nobody signed.
fn how_to_write(info: Element<'_, '_>) -> Result<Canonical, SignatureError> {
    let method = only(info, names::DSIG, "CanonicalizationMethod").ok_or(SignatureError::Form)?;
    if attribute(method, "Algorithm") != Some(names::EXC_C14N) {
        return Err(SignatureError::Transform);
    }
    Ok(Canonical {
        prefixes: prefixes(method)?,
        without: None,
    })
}

/// RFC 4648, with the line breaks that XML writers put into it.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split([' ', '\t', '\r', '\n']).collect();
    BASE64_STANDARD.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::descendants;

    const SIGNED: &str = include_str!("../../tests/vectors/signed.xml");
    const SIGNER: &str = include_str!("../../tests/vectors/signed.pem");

    fn octets(xml: &str) -> Result<String, SignatureError> {
        let source = Source::new(xml.as_bytes(), Rules::Message).unwrap();
        let document = source.parse().unwrap();
        let parent = descendants(document.root_element())
            .find(|it| attribute(*it, "ID") == Some("_it"))
            .unwrap();
        let signature = only(parent, names::DSIG, "Signature").unwrap();
        let keys = [Certificate::from_text(SIGNER).unwrap()];
        signed_octets(parent, signature, &keys)
    }

    /// By xmlsec1 and OpenSSL: tests/vectors/signed.sh.
    #[test]
    fn what_is_read_on_are_the_octets_that_xmlsec1_digested() {
        let digested = include_str!("../../tests/vectors/signed.octets");
        assert_eq!(octets(SIGNED).unwrap(), digested);
    }

    #[test]
    fn what_stands_elsewhere_is_not_in_them_and_what_was_changed_has_none() {
        let beside = SIGNED.replace("nobody signed this", "anything");
        assert_eq!(octets(&beside).unwrap(), octets(SIGNED).unwrap());
        let inside = SIGNED.replace("Here &amp;", "There &amp;");
        assert!(matches!(octets(&inside), Err(SignatureError::Digest)));
        let outer = SIGNED.replace("urn:xs", "urn:other");
        assert!(matches!(octets(&outer), Err(SignatureError::Digest)));
        let method = SIGNED.replace("PrefixList=\"xs\"", "PrefixList=\"u\"");
        assert!(matches!(octets(&method), Err(SignatureError::Value)));
    }
}
