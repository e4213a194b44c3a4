use std::sync::LazyLock;

use proptest::prelude::*;
use saml::metadata::Provider;

use crate::metadata::metadata;
use crate::support::{NOW, by_assertion, by_response, judge};

static GOOD: LazyLock<[String; 2]> = LazyLock::new(|| [by_assertion(), by_response()]);

/// Pieces that markup is made of.
fn piece() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<",
        ">",
        "/",
        "=",
        "\"",
        "'",
        "&",
        ";",
        "!",
        "?",
        "-",
        " ",
        "\n",
        "\r",
        "\0",
        "&amp;",
        "&#13;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "<?x ?>",
        "xmlns",
        "xmlns:saml=\"urn:x\"",
        ":",
        "saml:",
        "ds:",
        "ID",
        "#",
        "<saml:Assertion>",
        "</saml:Assertion>",
        "<ds:Signature>",
        "</ds:Signature>",
        "mallory",
        "é",
        "\u{feff}",
    ];
    prop_oneof![
        prop::sample::select(pieces).prop_map(str::to_owned),
        "\\PC{0,8}"
    ]
}

/// Puts a piece in the place of some characters.
fn spoilt(xml: &str, at: prop::sample::Index, length: usize, piece: &str) -> String {
    let start = at.index(xml.len());
    let keep = |index: &usize| *index < start || *index >= start + length;
    let mut out = String::with_capacity(xml.len() + piece.len());
    for (index, character) in xml.char_indices() {
        if index == start {
            out.push_str(piece);
        }
        if keep(&index) {
            out.push(character);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_changed_byte_changes_what_is_read(which in 0..2_usize, at: prop::sample::Index, byte: u8) {
        let good = &GOOD[which];
        let mut bytes = good.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes)
            && let Ok(said) = judge(&text)
        {
            prop_assert_eq!(said, judge(good).unwrap());
        }
    }

    #[test]
    fn no_piece_put_anywhere_changes_what_is_read(
        which in 0..2_usize, at: prop::sample::Index, length in 0..40_usize, piece in piece(),
    ) {
        let good = &GOOD[which];
        if let Ok(said) = judge(&spoilt(good, at, length, &piece)) {
            prop_assert_eq!(said, judge(good).unwrap());
        }
    }

    #[test]
    fn no_part_put_elsewhere_changes_what_is_read(
        which in 0..2_usize, from: prop::sample::Index, to: prop::sample::Index, place: prop::sample::Index,
    ) {
        // Whole tags, from one to another one, so that it often stays well formed.
        let good = &GOOD[which];
        let tags: Vec<&str> = good.split_inclusive('>').collect();
        let (from, to) = (from.index(tags.len()), to.index(tags.len()));
        let (start, end) = (from.min(to), from.max(to));
        let part = tags[start..end].concat();
        let (before, after) = tags.split_at(place.index(tags.len()));
        let xml = [&before.concat(), &part, &after.concat()].map(String::as_str).concat();
        if let Ok(said) = judge(&xml) {
            prop_assert_eq!(said, judge(good).unwrap());
        }
    }

    #[test]
    fn no_text_panics_the_readers(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = pieces.concat();
        let _ = judge(&text);
        let _ = Provider::from_metadata(text.as_bytes(), NOW);
    }

    #[test]
    fn no_changed_metadata_panics_the_reader(at: prop::sample::Index, length in 0..40_usize, piece in piece()) {
        let good = metadata();
        let _ = Provider::from_metadata(spoilt(&good, at, length, &piece).as_bytes(), NOW);
    }
}
