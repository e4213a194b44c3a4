/// Whose a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A person's, for a program that acts for them.
    Personal,
    /// The organisation's, for a service.
    Service,
    /// Everybody's who opens a public page.
    Anonymous,
}

/// How pages speak of one kind of key.
struct Words {
    path: &'static str,
    title: &'static str,
    label: &'static str,
    lede: &'static str,
    first: &'static str,
    name_hint: &'static str,
}

const PERSONAL: Words = Words {
    path: "/access/keys",
    title: "API keys",
    label: "People",
    lede: "For AI clients and scripts. A key can propose a write; only a person can approve one.",
    first: "Make one and give it to an MCP client. It is shown once; only its hash is kept.",
    name_hint: "Who or what will use it. Approvers see this name.",
};

const SERVICE: Words = Words {
    path: "/access/service-keys",
    title: "Service keys",
    label: "Services",
    lede: "For servers of your organisation. A service key reads, or does what your directory says, and goes on when its maker leaves. It is refused wherever a browser sends it.",
    first: "Make one and give it to a server, or to your directory. It is shown once; only its hash is kept.",
    name_hint: "Which service will use it.",
};

const ANONYMOUS: Words = Words {
    path: "/access/anonymous-keys",
    title: "Anonymous keys",
    label: "Public pages",
    lede: "For public pages. Everybody who opens such a page has the key; it shows them your organisation’s name, and nothing else.",
    first: "Make one for a page of yours. It is shown once; only its hash is kept.",
    name_hint: "Which page will use it.",
};

impl KeyKind {
    pub(super) const ALL: [Self; 3] = [Self::Personal, Self::Service, Self::Anonymous];

    const fn words(self) -> &'static Words {
        match self {
            Self::Personal => &PERSONAL,
            Self::Service => &SERVICE,
            Self::Anonymous => &ANONYMOUS,
        }
    }

    pub(super) const fn path(self) -> &'static str {
        self.words().path
    }

    pub(super) const fn title(self) -> &'static str {
        self.words().title
    }

    pub(super) const fn label(self) -> &'static str {
        self.words().label
    }

    pub(super) const fn lede(self) -> &'static str {
        self.words().lede
    }

    pub(super) const fn first(self) -> &'static str {
        self.words().first
    }

    pub(super) const fn name_hint(self) -> &'static str {
        self.words().name_hint
    }
}
