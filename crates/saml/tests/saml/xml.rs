//! Texts that are made to hurt a parser, or to make two parsers disagree.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use saml::response::check;

use crate::support::{PROVIDER, by_assertion, by_response, changed, code, expected};

fn code_of_parameter(parameter: &str) -> &'static str {
    let keys = [PROVIDER.certificate.clone()];
    match check(parameter, &expected(&keys)) {
        Ok(_) => "accepted",
        Err(error) => error.code(),
    }
}

#[test]
fn entities_document_types_and_what_they_fetch_are_refused() {
    let bomb: Vec<_> = (1..10)
        .map(|at| {
            let inside = format!("&l{};", at - 1).repeat(10);
            format!("<!ENTITY l{at} \"{inside}\">")
        })
        .collect();
    let bomb = bomb.concat();
    for before in [
        "<!DOCTYPE r>".to_owned(),
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1/x.dtd\">".to_owned(),
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE r [<!ENTITY % x SYSTEM \"http://127.0.0.1/x\"> %x;]>".to_owned(),
        "<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #FIXED \"_evil\">]>".to_owned(),
        format!("<!DOCTYPE r [<!ENTITY l0 \"lol\">{bomb}]>"),
    ] {
        for xml in [by_assertion(), by_response()] {
            assert_eq!(code(&format!("{before}{xml}")), "saml.doctype");
        }
    }
    for reference in ["&x;", "&lol;", "&#0;", "&#x1;", "&#xFFFF;", "&", "&amp"] {
        let xml = changed(&by_assertion(), ">alice<", &format!(">alice{reference}<"));
        assert_eq!(code(&xml), "saml.xml", "{reference}");
    }
}

#[test]
fn a_comment_never_cuts_a_name_short() {
    for markup in [
        "<!-- x -->",
        "<!---->",
        "<?x y?>",
        "<![CDATA[]]>",
        "<![CDATA[x]]>",
    ] {
        for xml in [by_assertion(), by_response()] {
            let inside = changed(&xml, ">alice<", &format!(">alice{markup}.evil<"));
            assert_eq!(code(&inside), "saml.markup", "{markup}");
            assert_eq!(
                code(&changed(
                    &xml,
                    "<samlp:Status>",
                    &format!("{markup}<samlp:Status>")
                )),
                "saml.markup"
            );
            assert_eq!(code(&format!("{xml}{markup}")), "saml.markup");
        }
    }
}

#[test]
fn sizes_depths_and_encodings_have_limits() {
    let deep = format!("{}{}", "<a>".repeat(40_000), "</a>".repeat(40_000));
    let filled = format!("<a b='{}'/>", "x".repeat(300_000));
    let wide: Vec<_> = (0..40).map(|at| format!("b{at}=''")).collect();
    let wide = format!("<a {}/>", wide.join(" "));
    for (inside, why) in [
        (deep.get(..200_000).unwrap(), "saml.too_deep"),
        (&filled, "saml.too_large"),
        (&wide, "saml.too_deep"),
    ] {
        let xml = changed(
            &by_assertion(),
            "<samlp:Status>",
            &format!("{inside}<samlp:Status>"),
        );
        assert_eq!(code(&xml), why);
    }
    assert_eq!(code_of_parameter(&"A".repeat(8_000_000)), "saml.too_large");

    let sixteen: Vec<u8> = by_assertion()
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let mut marked = vec![0xfe, 0xff];
    marked.extend(&sixteen);
    for bytes in [sixteen, marked, b"\xff".to_vec()] {
        let code = code_of_parameter(&BASE64_STANDARD.encode(bytes));
        assert_ne!(code, "accepted");
    }
    for declared in ["UTF-7", "UTF-16", "ISO-8859-1", "IBM037"] {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"{declared}\"?>{}",
            by_assertion()
        );
        assert_eq!(code(&xml), "saml.encoding");
    }
}

#[test]
fn what_is_no_base64_of_xml_is_refused() {
    let good = BASE64_STANDARD.encode(by_assertion());
    let lines: Vec<_> = good
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    assert_eq!(code_of_parameter(&lines.join("\r\n")), "accepted");
    for junk in [
        "",
        " ",
        "=",
        "%%%%",
        "<samlp:Response/>",
        &format!("{good}="),
        &format!("{good}AAAA"),
        &good.replace('+', "-").replace('/', "_").replace('A', "!"),
        &BASE64_STANDARD.encode(&good),
        "AAAA",
    ] {
        let code = code_of_parameter(junk);
        assert!(
            ["saml.xml", "saml.encoding"].contains(&code),
            "{junk}: {code}"
        );
    }
    for xml in [
        "", "   ", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>text", "text<a/>", "<a b=c/>",
    ] {
        assert_eq!(code(xml), "saml.xml", "{xml}");
    }
    assert_eq!(code("<a/>"), "saml.malformed");
}
