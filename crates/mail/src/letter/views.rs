use askama::Template;

/// A mail with one thing to do.
#[derive(Debug, Template)]
#[template(path = "notice.txt", escape = "none")]
pub(super) struct NoticeText<'a> {
    /// The person's name, where they are known to be who reads it.
    pub(super) greeting: &'a str,
    pub(super) first: String,
    pub(super) link: &'a str,
    pub(super) action: &'a str,
    pub(super) last: String,
}

#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub(super) struct NoticeHtml<'a> {
    pub(super) it: &'a NoticeText<'a>,
    pub(super) subject: &'a str,
}

/// An invitation.
#[derive(Debug, Template)]
#[template(path = "invitation.txt", escape = "none")]
pub(super) struct InvitationText<'a> {
    pub(super) inviter: String,
    pub(super) organisation: String,
    pub(super) role: String,
    pub(super) recipient: String,
    pub(super) server: &'a str,
    pub(super) link: &'a str,
    pub(super) until: &'a str,
}

#[derive(Debug, Template)]
#[template(path = "invitation.html")]
pub(super) struct InvitationHtml<'a> {
    pub(super) it: &'a InvitationText<'a>,
    pub(super) subject: &'a str,
}
