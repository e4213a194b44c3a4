/// How much of the flow a map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The strongest way of each step.
    Main,
    /// Ways that four fifths of the flow take.
    #[default]
    Common,
    /// Ways that nineteen twentieths take.
    Most,
    /// Every way, as far as one can still be told from another.
    All,
}

impl Detail {
    /// All of them, from coarse to fine.
    pub const ALL: [Self; 4] = [Self::Main, Self::Common, Self::Most, Self::All];

    /// Its value in the query string.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Common => "common",
            Self::Most => "most",
            Self::All => "all",
        }
    }

    /// Its name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Main => "Main path",
            Self::Common => "80 %",
            Self::Most => "95 %",
            Self::All => "Everything",
        }
    }

    /// The one with this key in the query string.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|detail| detail.key() == key)
    }

    /// Share of the transitions that stay.
    pub(super) const fn coverage(self) -> f64 {
        match self {
            Self::Main => 0.0,
            Self::Common => 0.8,
            Self::Most => 0.95,
            Self::All => 1.0,
        }
    }
}
