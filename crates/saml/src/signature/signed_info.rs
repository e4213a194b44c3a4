use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use super::{SignatureError, base64};
use crate::xml::{Element, attribute, children, is, names, text};

/// What was signed about what was signed.
#[derive(Debug)]
pub(super) struct SignedInfo {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) uri: String,
    pub(super) prefixes: Vec<String>,
    pub(super) digest: DigestAlgorithm,
    pub(super) digest_value: Vec<u8>,
}

/// More prefixes than a document has.
const MAX_PREFIXES: usize = 32;

impl SignedInfo {
    /// Reads an element that has nothing but the method, and exactly one reference (SAMLCore 5.4.2).
    pub(super) fn read(info: Element<'_, '_>) -> Result<Self, SignatureError> {
        let all: Vec<_> = children(info).collect();
        let [_, method, reference] = all.as_slice() else {
            return Err(SignatureError::Form);
        };
        if !is(*method, names::DSIG, "SignatureMethod") || !is(*reference, names::DSIG, "Reference")
        {
            return Err(SignatureError::Form);
        }
        let algorithm = attribute(*method, "Algorithm").and_then(SignatureAlgorithm::named);
        let algorithm = algorithm.ok_or(SignatureError::Algorithm)?;

        let all: Vec<_> = children(*reference).collect();
        let [transforms, digest, value] = all.as_slice() else {
            return Err(SignatureError::Form);
        };
        let parts = [
            (transforms, "Transforms"),
            (digest, "DigestMethod"),
            (value, "DigestValue"),
        ];
        if !parts.iter().all(|(it, name)| is(**it, names::DSIG, name)) {
            return Err(SignatureError::Form);
        }
        let digest = attribute(*digest, "Algorithm").and_then(DigestAlgorithm::named);
        let digest_value = text(*value).and_then(|text| base64(&text));
        Ok(Self {
            algorithm,
            uri: attribute(*reference, "URI").unwrap_or_default().to_owned(),
            prefixes: transformed(*transforms)?,
            digest: digest.ok_or(SignatureError::Algorithm)?,
            digest_value: digest_value.ok_or(SignatureError::Form)?,
        })
    }
}

/// The signature is taken out, and the rest made canonical: these two steps, in this order, and no other.
fn transformed(transforms: Element<'_, '_>) -> Result<Vec<String>, SignatureError> {
    let all: Vec<_> = children(transforms).collect();
    let [enveloped, exclusive] = all.as_slice() else {
        return Err(SignatureError::Transform);
    };
    let steps = [(enveloped, names::ENVELOPED), (exclusive, names::EXC_C14N)];
    let as_expected = steps.iter().all(|(step, algorithm)| {
        is(**step, names::DSIG, "Transform") && attribute(**step, "Algorithm") == Some(algorithm)
    });
    if !as_expected || children(*enveloped).next().is_some() {
        return Err(SignatureError::Transform);
    }
    prefixes(*exclusive)
}

/// The PrefixList of an exclusive canonical form, if it has one.
pub(super) fn prefixes(method: Element<'_, '_>) -> Result<Vec<String>, SignatureError> {
    let mut all = children(method);
    let Some(list) = all.next() else {
        return Ok(Vec::new());
    };
    // Its namespace is the identifier of the algorithm itself.
    if !is(list, names::EXC_C14N, "InclusiveNamespaces") || all.next().is_some() {
        return Err(SignatureError::Transform);
    }
    let prefixes: Vec<_> = attribute(list, "PrefixList")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map(str::to_owned)
        .collect();
    if prefixes.len() > MAX_PREFIXES {
        return Err(SignatureError::Transform);
    }
    Ok(prefixes)
}
