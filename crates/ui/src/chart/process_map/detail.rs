/// How much of the flow a map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The main road.
    Main,
    /// The ways that cases commonly take.
    #[default]
    Common,
    /// Rarer ones as well.
    Most,
    /// Everything that ever happened, as far as a picture holds it.
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
            Self::Main => "Main road",
            Self::Common => "Common ways",
            Self::Most => "Most ways",
            Self::All => "Everything",
        }
    }

    /// The one with this key in the query string.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|detail| detail.key() == key)
    }
}
