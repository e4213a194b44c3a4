use std::fmt;

/// How far a mailbox was read: `UIDVALIDITY:UID`. Unlike a number in the sequence, a UID names the same mail for as long
/// as UIDVALIDITY is the same (RFC 9051 2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailPlace {
    /// Which numbering of the mailbox. Another one makes every place in the mailbox one that is forgotten.
    pub uid_validity: u32,
    /// The last UID that was read, 0 before the first.
    pub uid: u32,
}

impl MailPlace {
    /// Reads the one spelling that [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (validity, uid) = text.split_once(':')?;
        let place = Self {
            uid_validity: validity.parse().ok()?,
            uid: uid.parse().ok()?,
        };
        (place.uid_validity > 0 && place.to_string() == text).then_some(place)
    }
}

impl fmt::Display for MailPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.uid_validity, self.uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_spelling() {
        let place = MailPlace {
            uid_validity: 3_857_529_045,
            uid: 4392,
        };
        assert_eq!(MailPlace::parse("3857529045:4392"), Some(place));
        for bad in [
            "",
            "1",
            "1:",
            ":1",
            "0:1",
            "01:1",
            "1:+1",
            "1:*",
            "1:1:1",
            "4294967296:1",
            "-1:1",
        ] {
            assert_eq!(MailPlace::parse(bad), None, "{bad}");
        }
    }
}
