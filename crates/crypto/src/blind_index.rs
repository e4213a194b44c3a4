//! Blind indexes: values that are sealed can be found by equality, by whoever has their data key.
//!
//! HMAC-SHA-256 (RFC 2104) under a key that HKDF (RFC 5869) derives from the data key, salted for this use and named
//! for one attribute of one tenant: so that an index tells nothing of another attribute's values, and nothing of
//! another tenant's, be their data keys alike. Equal values have equal indexes, which is what an index is for: whoever
//! reads the table learns which rows share a value, and no value. A data key that rotates takes its indexes along.

use aws_lc_rs::{hkdf, hmac};

use crate::DataKey;

/// What is indexed: a field of a tenant's rows.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// The text form of the organisation's id.
    pub tenant: &'a str,
    /// `schema.table`
    pub table: &'a str,
    /// The column, or the field where one column holds several.
    pub field: &'a str,
}

/// An index of a value. 128 bits: two values of a tenant share one by chance once in 2⁶⁴ values.
pub type BlindIndex = [u8; 16];

const SALT: &[u8] = b"countersign/blind-index/1";

/// The extracted half of a data key's HKDF.
pub(crate) fn extract(key: &[u8; 32]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(key)
}

impl DataKey {
    /// The index of `value`: the same for the same value of the attribute, as long as the data key is the same.
    pub fn blind_index(&self, attribute: &Attribute<'_>, value: &str) -> BlindIndex {
        let key = derive(self.indexes(), &attribute.name());
        let tag = hmac::sign(&key, value.as_bytes());
        let mut index = BlindIndex::default();
        index
            .iter_mut()
            .zip(tag.as_ref())
            .for_each(|(to, from)| *to = *from);
        index
    }
}

#[expect(clippy::expect_used, reason = "32 bytes are far under what HKDF gives")]
fn derive(key: &hkdf::Prk, info: &[u8]) -> hmac::Key {
    let info = [info];
    let derived = key.expand(&info, hmac::HMAC_SHA256);
    hmac::Key::from(derived.expect("HKDF gives 32 bytes"))
}

impl Attribute<'_> {
    /// In one form, in which no two are alike.
    fn name(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [self.tenant, self.table, self.field] {
            // Length first: ("ab", "c") and ("a", "bc") must not look alike.
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::Secret;

    use super::*;
    use crate::KeyId;

    const SUBJECT: Attribute<'static> = Attribute {
        tenant: "org_a",
        table: "approvals.proposals",
        field: "payload",
    };

    fn key(byte: u8) -> DataKey {
        DataKey::new(KeyId::new("dek_1"), &Secret::new([byte; 32]))
    }

    #[test]
    fn equal_values_of_an_attribute_have_one_index() {
        let index = key(3).blind_index(&SUBJECT, "ann@example.com");
        assert_eq!(index, key(3).blind_index(&SUBJECT, "ann@example.com"));
        assert_ne!(index, key(3).blind_index(&SUBJECT, "bo@example.com"));
    }

    #[test]
    fn no_other_tenant_table_field_or_key_shares_it() {
        let elsewhere = [
            SUBJECT,
            Attribute {
                tenant: "org_b",
                ..SUBJECT
            },
            Attribute {
                table: "approvals.decisions",
                ..SUBJECT
            },
            Attribute {
                field: "note",
                ..SUBJECT
            },
            // The same letters, cut elsewhere.
            Attribute {
                table: "approvals.proposalsp",
                field: "ayload",
                ..SUBJECT
            },
        ];
        let mut found: BTreeSet<BlindIndex> = elsewhere
            .iter()
            .map(|attribute| key(3).blind_index(attribute, "ann@example.com"))
            .collect();
        found.insert(key(4).blind_index(&SUBJECT, "ann@example.com"));
        assert_eq!(found.len(), 6);
    }

    /// Computed apart from this code, by Python's `hmac` and RFC 5869's two steps.
    #[test]
    fn an_index_is_hkdf_and_hmac() {
        assert_eq!(
            hex::encode(key(3).blind_index(&SUBJECT, "ann@example.com")),
            "0334418cb220bcc82332dad4bc8a8d50"
        );
    }
}
