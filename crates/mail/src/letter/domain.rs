//! What owners are told of their mail domains.

use super::inline::inline;
use super::views::NoticeText;
use super::{Facts, Letter, Links, moment, notice};

const SETTINGS: &str = "/settings/single-sign-on";

/// The record is gone, and there is time to write it again.
pub(super) fn failing(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let domain = inline(&facts.what);
    notice(
        &format!("DNS does not show that {domain} is yours any more"),
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{domain} is the mail domain of {} at {}, as a TXT record at _countersign.{domain} showed. It is not there any more. Write it again: we ask each day until {}.",
                inline(&facts.organisation),
                links.host(),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page(SETTINGS),
            action: "See what the record says",
            last: "After that nobody is sent to your identity provider by the domain, and neither it nor your directory makes accounts for it.".to_owned(),
        },
    )
}

/// It was not written again, or another organisation has the domain.
pub(super) fn lost(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let domain = inline(&facts.what);
    notice(
        &format!("{domain} is not your organisation's mail domain any more"),
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{domain} is the mail domain of {} at {} no more, since {}: its TXT record is gone, and was not back in time, or another organisation wrote its own.",
                inline(&facts.organisation),
                links.host(),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page(SETTINGS),
            action: "Show anew that it is yours",
            last: "Nobody is sent to your identity provider by it, and no account is made for it. Sessions and accounts stay as they are.".to_owned(),
        },
    )
}
