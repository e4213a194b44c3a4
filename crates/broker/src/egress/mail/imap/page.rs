use std::collections::{BTreeMap, BTreeSet};

use manifest::{MailField, MailPlace};
use serde_json::{Value, json};

use super::command::Command;
use super::fetch::Fetched;
use super::response::{Response, Status};
use super::session::{Opened, Session, is_passing};
use super::{MALFORMED, Reading, refused, status};
use crate::egress::error::EgressError;

/// UIDs that one search asks about, at most: a mailbox may have wide gaps between its UIDs.
const MAX_WINDOW: u32 = 1 << 18;
/// Searches for one page.
const MAX_SEARCHES: usize = 64;
/// Mails that are asked for at a time.
const CHUNK: usize = 50;

/// One page of a mailbox, from a place on: `messages`, `next`, where more may follow, and `last`, where what is new will.
pub(super) async fn read(
    session: &mut Session,
    (opened, after, limit): (Opened, Option<MailPlace>, u16),
    reading: Reading<'_>,
) -> Result<Value, EgressError> {
    // The mailbox was numbered anew: nobody knows what the place was.
    if after.is_some_and(|place| place.uid_validity != opened.uid_validity) {
        return Err(refused(status::GONE));
    }
    let end = opened.uid_next - 1;
    let mut page = Page {
        through: after.map_or(0, |place| place.uid),
        mails: Vec::new(),
        limit: usize::from(limit),
    };
    let mut window = u32::from(limit);
    for _ in 0..MAX_SEARCHES {
        if page.through >= end || page.is_full() || session.is_half_used() {
            break;
        }
        let last = page.through.saturating_add(window).min(end);
        let found = search(session, (page.through + 1, last)).await?;
        window = if found.is_empty() {
            window.saturating_mul(4).min(MAX_WINDOW)
        } else {
            u32::from(limit)
        };
        page.take(session, (&found, last), reading.fields).await?;
    }
    let place = |uid| {
        let place = MailPlace {
            uid_validity: opened.uid_validity,
            uid,
        };
        place.to_string()
    };
    let messages: Vec<Value> = page
        .mails
        .iter()
        .map(|(uid, mail)| mail.json(opened.uid_validity, *uid))
        .collect();
    let next = (page.through < end).then(|| place(page.through));
    Ok(json!({ "messages": messages, "next": next, "last": place(page.through) }))
}

struct Page {
    /// The last UID that was looked at.
    through: u32,
    mails: Vec<(u32, Fetched)>,
    limit: usize,
}

impl Page {
    fn is_full(&self) -> bool {
        self.mails.len() >= self.limit
    }

    /// Reads mails that were found, as many as the page holds and the call may read.
    async fn take(
        &mut self,
        session: &mut Session,
        (found, last): (&BTreeSet<u32>, u32),
        fields: &BTreeSet<MailField>,
    ) -> Result<(), EgressError> {
        let room = self.limit - self.mails.len();
        let taken: Vec<u32> = found.iter().copied().take(room).collect();
        for chunk in taken.chunks(CHUNK) {
            let (Some(first), Some(through)) = (chunk.first(), chunk.last()) else {
                continue;
            };
            if session.is_half_used() {
                return Ok(());
            }
            let mails = fetch(session, (*first, *through), fields).await?;
            let asked = mails.into_iter().filter(|(uid, _)| chunk.contains(uid));
            self.mails.extend(asked);
            self.through = *through;
        }
        if taken.len() == found.len() {
            self.through = last;
        }
        Ok(())
    }
}

/// The UIDs from one to another that there are. What a server says of others is not heard.
async fn search(
    session: &mut Session,
    (first, last): (u32, u32),
) -> Result<BTreeSet<u32>, EgressError> {
    let mut found = BTreeSet::new();
    let command = Command::UidSearch(first, last);
    let told = session.say(&command, |response| {
        if let Response::Search(uids) = response {
            found.extend(uids.into_iter().filter(|uid| (first..=last).contains(uid)));
        }
    });
    done(&told.await?)?;
    Ok(found)
}

async fn fetch(
    session: &mut Session,
    (first, last): (u32, u32),
    fields: &BTreeSet<MailField>,
) -> Result<BTreeMap<u32, Fetched>, EgressError> {
    let mut mails: BTreeMap<u32, Fetched> = BTreeMap::new();
    let command = Command::UidFetch(first, last, fields);
    let told = session.say(&command, |response| {
        // A mail may be told of in parts; one that is told of without a UID is none that was asked for.
        if let Response::Fetch(items) = response
            && let Some((uid, told)) = Fetched::read(&items)
        {
            mails.entry(uid).or_default().merge(told);
        }
    });
    done(&told.await?)?;
    Ok(mails)
}

fn done(told: &Status) -> Result<(), EgressError> {
    match told.word.as_str() {
        "OK" => Ok(()),
        "NO" if is_passing(told) || told.code.is_empty() => Err(refused(status::UNAVAILABLE)),
        "NO" => Err(refused(status::FORBIDDEN)),
        _ => Err(MALFORMED),
    }
}
