/// A file as it lies in the repository.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) version: &'static str,
    pub(super) licence: &'static str,
    pub(super) source: &'static str,
}

const OWN: &str = "crates/ui/assets";
const OWN_LICENCE: &str = env!("CARGO_PKG_LICENSE");
const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");
const SCRIPT: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";
const INTER: &str = "npm:@fontsource-variable/inter";

macro_rules! joined {
    ($($path:literal),+ $(,)?) => { concat!($(include_str!(concat!("../../assets/", $path)), "\n"),+).as_bytes() };
}

/// The table. A file that names another by `asset:NAME` stands after it.
pub(super) const FILES: &[File] = &[
    File {
        name: "inter-latin.woff2",
        content_type: FONT,
        bytes: include_bytes!("../../assets/vendor/inter/inter-latin-wght-normal.woff2"),
        version: "5.3.0",
        licence: "OFL-1.1",
        source: INTER,
    },
    File {
        name: "inter-latin-ext.woff2",
        content_type: FONT,
        bytes: include_bytes!("../../assets/vendor/inter/inter-latin-ext-wght-normal.woff2"),
        version: "5.3.0",
        licence: "OFL-1.1",
        source: INTER,
    },
    File {
        name: "htmx.js",
        content_type: SCRIPT,
        bytes: include_bytes!("../../assets/vendor/htmx/htmx.min.js"),
        version: "2.0.11",
        licence: "0BSD",
        source: "npm:htmx.org",
    },
    File {
        name: "mark.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../assets/mark.svg"),
        version: OWN_VERSION,
        licence: OWN_LICENCE,
        source: OWN,
    },
    File {
        name: "theme.js",
        content_type: SCRIPT,
        bytes: include_bytes!("../../assets/js/theme.js"),
        version: OWN_VERSION,
        licence: OWN_LICENCE,
        source: OWN,
    },
    File {
        name: "app.js",
        content_type: SCRIPT,
        bytes: joined![
            "js/dialog.js",
            "js/copy.js",
            "js/keys.js",
            "js/live.js",
            "js/moments.js",
            "js/upload.js",
            "js/password.js",
            "js/passkey.js",
            "js/relay.js",
            "js/scroll.js",
            "js/print.js",
        ],
        version: OWN_VERSION,
        licence: OWN_LICENCE,
        source: OWN,
    },
    File {
        name: "app.css",
        content_type: "text/css; charset=utf-8",
        bytes: joined![
            "css/tokens.css",
            "css/base.css",
            "css/layout.css",
            "css/component/button.css",
            "css/component/badge.css",
            "css/component/table.css",
            "css/component/form.css",
            "css/component/panel.css",
            "css/component/dialog.css",
            "css/component/request.css",
            "css/component/chart.css",
            "css/page/overview.css",
            "css/page/ways_in.css",
            "css/page/connectors.css",
            "css/page/insight.css",
            "css/page/trust.css",
            "css/print.css",
        ],
        version: OWN_VERSION,
        licence: OWN_LICENCE,
        source: OWN,
    },
];
