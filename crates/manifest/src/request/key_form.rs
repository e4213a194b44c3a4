use crypto::digest::sha256;

use super::IdempotencyKey;

/// How the key of a write is written where an app expects an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// As it is.
    Plain,
    /// A UUID of version 4 (RFC 9562 5.4) whose random bits are those of the key's digest: apps that
    /// let clients choose identifiers look at the version.
    Uuid,
    /// 32 lower-case hexadecimal digits of the key's digest.
    Hex,
}

/// The key of a write: as it was given, or as it was found in a request that holds nothing but a
/// digest of it.
#[derive(Debug, Clone)]
pub(crate) enum WrittenKey {
    Whole(IdempotencyKey),
    Digest { form: KeyForm, text: String },
}

impl KeyForm {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "plain" => Some(Self::Plain),
            "uuid" => Some(Self::Uuid),
            "hex" => Some(Self::Hex),
            _ => None,
        }
    }

    /// `key` in this form.
    pub fn write(self, key: &IdempotencyKey) -> String {
        let text = key.to_string();
        let [digest @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(text.as_bytes());
        match self {
            Self::Plain => text,
            Self::Uuid => uuid_of(digest),
            Self::Hex => hex::encode::<[u8; 16]>(digest),
        }
    }

    /// The key that `text` is in this form; `None` where it is in another one.
    pub(crate) fn read(self, text: &str) -> Option<WrittenKey> {
        let digest = match self {
            Self::Plain => return text.parse().ok().map(WrittenKey::Whole),
            Self::Uuid => text.replace('-', ""),
            Self::Hex => text.to_owned(),
        };
        let mut bytes = [0_u8; 16];
        hex::decode_to_slice(&digest, &mut bytes).ok()?;
        let spelled = match self {
            Self::Uuid => uuid_of(bytes),
            _ => hex::encode(bytes),
        };
        (spelled == text).then_some(WrittenKey::Digest {
            form: self,
            text: spelled,
        })
    }
}

impl WrittenKey {
    /// The key in `form`; `None` where only another form of it is known.
    pub(crate) fn text(&self, form: KeyForm) -> Option<String> {
        match self {
            Self::Whole(key) => Some(form.write(key)),
            Self::Digest { form: known, text } => (*known == form).then(|| text.clone()),
        }
    }

    /// The key itself, where it is known.
    pub(crate) const fn whole(&self) -> Option<&IdempotencyKey> {
        match self {
            Self::Whole(key) => Some(key),
            Self::Digest { .. } => None,
        }
    }
}

/// RFC 9562 4.1, 4.2: the version in the high bits of octet 6, the variant in those of octet 8.
fn uuid_of(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex::encode(bytes);
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| part(from, to)).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> IdempotencyKey {
        text.parse().unwrap()
    }

    #[test]
    fn rfc_9562_5_4_a_key_becomes_one_uuid_of_version_4() {
        let uuid = KeyForm::Uuid.write(&key("apr_01jq0000"));
        assert_eq!(uuid, "4c7a4612-19ce-49bb-9958-c562a4c7d66a");
        assert_eq!(uuid, KeyForm::Uuid.write(&key("apr_01jq0000")));
        assert_ne!(uuid, KeyForm::Uuid.write(&key("apr_01jq0001")));
        assert_eq!(
            KeyForm::Hex.write(&key("apr_01jq0000")).len(),
            32,
            "what Google Calendar takes is base32hex, of which these digits are a part"
        );
    }

    #[test]
    fn a_form_is_read_back_in_its_one_spelling() {
        for form in [KeyForm::Plain, KeyForm::Uuid, KeyForm::Hex] {
            let text = form.write(&key("apr_01jq0000"));
            let read = form.read(&text).unwrap();
            assert_eq!(read.text(form), Some(text));
        }
        let uuid = KeyForm::Uuid.write(&key("apr_01jq0000"));
        for other in [
            uuid.to_uppercase(),
            uuid.replace('-', ""),
            uuid.replacen("-4", "-7", 1),
            format!("{uuid} "),
            format!("{{{uuid}}}"),
            String::new(),
        ] {
            assert!(KeyForm::Uuid.read(&other).is_none(), "{other}");
        }
        for other in [
            "",
            "abc",
            "ABCDEF0123456789ABCDEF0123456789",
            "v".repeat(32).as_str(),
        ] {
            assert!(KeyForm::Hex.read(other).is_none(), "{other}");
        }
    }
}
