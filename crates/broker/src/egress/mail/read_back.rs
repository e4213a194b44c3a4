use std::collections::BTreeSet;

use mail_parser::{Address, MessageParser, PartType};
use manifest::Letter;
use serde_json::{Map, Value, json};

/// The headers of a mail of ours, each once. Cc is there where somebody gets a copy.
const HEADERS: [&str; 8] = [
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "From",
    "Message-ID",
    "MIME-Version",
    "Subject",
    "To",
];
const COPIES: &str = "Cc";

/// What the bytes of a mail say, by another reader than the one that wrote them; `None` where they say anything that a
/// letter does not: another header, a name beside an address, a second part.
pub(super) fn read_back(bytes: &[u8]) -> Option<Letter> {
    let message = MessageParser::default().parse(bytes)?;
    if message.parts.len() != 1 || !bytes.is_ascii() {
        return None;
    }
    let names: Vec<&str> = message
        .headers()
        .iter()
        .map(mail_parser::Header::name)
        .collect();
    let known: BTreeSet<&str> = names.iter().copied().collect();
    let expected = HEADERS.into_iter().chain(message.cc().map(|_| COPIES));
    if names.len() != known.len() || known != expected.collect() {
        return None;
    }
    let [from] = addresses(message.from()?)?.try_into().ok()?;
    let (key, domain) = message.message_id()?.split_once('@')?;
    if from.rsplit_once('@')?.1 != domain {
        return None;
    }
    let PartType::Text(text) = &message.root_part().body else {
        return None;
    };
    let text = text.replace("\r\n", "\n");
    let mut letter = Map::new();
    letter.insert("from".to_owned(), from.clone().into());
    letter.insert("message_id".to_owned(), key.into());
    letter.insert("subject".to_owned(), message.subject()?.into());
    letter.insert("text".to_owned(), text.into());
    letter.insert("to".to_owned(), json!(addresses(message.to()?)?));
    if let Some(copies) = message.cc() {
        letter.insert("cc".to_owned(), json!(addresses(copies)?));
    }
    Letter::read(&serde_json::to_vec(&Value::Object(letter)).ok()?).ok()
}

/// Addresses without names, in a list without groups.
fn addresses(list: &Address<'_>) -> Option<Vec<String>> {
    let Address::List(list) = list else {
        return None;
    };
    let lone = |one: &mail_parser::Addr<'_>| match (&one.name, &one.address) {
        (None, Some(address)) => Some(address.to_string()),
        _ => None,
    };
    list.iter().map(lone).collect()
}
