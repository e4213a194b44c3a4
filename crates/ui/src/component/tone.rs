/// What a colour means. The only colours of badges, notices and timelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Mute,
    /// Under way, or worth knowing.
    Info,
    /// Done, held, proven.
    Ok,
    /// Needs a person.
    Warn,
    /// Refused, failed, broken.
    Bad,
}

impl Tone {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Mute => "tone-mute",
            Self::Info => "tone-info",
            Self::Ok => "tone-ok",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }

    /// The name of the icon that says the same without colour.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Mute | Self::Info => "info",
            Self::Ok => "check",
            Self::Warn | Self::Bad => "alert",
        }
    }
}
