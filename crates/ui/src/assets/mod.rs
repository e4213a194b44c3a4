//! Everything that the browser loads besides pages: one table, embedded in the binary.
//!
//! A URL holds the hash of its content, so it may be cached for ever; a page names an asset by its
//! plain name and gets the URL of this very build.

mod embedded;

use std::borrow::Cow;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

/// One file that the browser may load.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Name that templates use: `app.css`.
    pub name: &'static str,
    /// Name in the URL, below the assets' base path: `app.0123456789abcdef.css`.
    pub file_name: String,
    /// Value of the `Content-Type` header.
    pub content_type: &'static str,
    /// Content.
    pub bytes: Cow<'static, [u8]>,
    /// Version of the upstream release, or of this crate.
    pub version: &'static str,
    /// SPDX identifier of its licence.
    pub licence: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// SHA-256 of `bytes` in lower-case hexadecimal.
    pub sha256: String,
}

/// All assets, in the order of the table.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The asset with this plain name, such as `app.css`.
pub fn by_name(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The asset with this name in the URL, hash and all. A stale hash finds nothing.
pub fn by_file_name(file_name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.file_name == file_name)
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets: Vec<Asset> = Vec::new();
    for file in embedded::FILES {
        // A style sheet names fonts by `asset:NAME`; they stand before it in the table.
        let bytes = match std::str::from_utf8(file.bytes) {
            Ok(text) if text.contains("asset:") => {
                let text = assets.iter().fold(text.to_owned(), |text, asset| {
                    text.replace(&format!("asset:{}", asset.name), &asset.file_name)
                });
                Cow::Owned(text.into_bytes())
            }
            _ => Cow::Borrowed(file.bytes),
        };
        let sha256 = hex::encode(digest(&SHA256, &bytes));
        let (stem, extension) = file.name.rsplit_once('.').unwrap_or((file.name, ""));
        let short: String = sha256.chars().take(16).collect();
        assets.push(Asset {
            name: file.name,
            file_name: format!("{stem}.{short}.{extension}"),
            content_type: file.content_type,
            bytes,
            version: file.version,
            licence: file.licence,
            source: file.source,
            sha256,
        });
    }
    assets
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendored_files_are_the_released_ones() {
        // As in the packages that the table names, at the versions that it names.
        for (name, sha256) in [
            (
                "htmx.js",
                "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
            ),
            (
                "inter-latin.woff2",
                "3100e775e8616cd2611beecfa23a4263d7037586789b43f035236a2e6fbd4c62",
            ),
            (
                "inter-latin-ext.woff2",
                "34b9c504cab7a73e37b746343a449132e56cf7b5481af2cb81dc74dcff25c956",
            ),
        ] {
            assert_eq!(by_name(name).unwrap().sha256, sha256, "{name}");
        }
    }

    #[test]
    fn the_url_changes_with_the_content_and_a_stale_one_finds_nothing() {
        let styles = by_name("app.css").unwrap();
        assert!(
            styles
                .sha256
                .starts_with(styles.file_name.split('.').nth(1).unwrap())
        );
        assert!(by_file_name(&styles.file_name).is_some());
        assert!(by_file_name("app.0000000000000000.css").is_none());
    }

    #[test]
    fn the_style_sheet_loads_only_assets_of_the_table() {
        let styles = by_name("app.css").unwrap();
        let text = std::str::from_utf8(&styles.bytes).unwrap();
        assert!(!text.contains("asset:"));
        let urls: Vec<_> = text
            .split("url(\"")
            .skip(1)
            .map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(urls.len(), 2);
        assert!(
            urls.iter().all(|url| by_file_name(url.unwrap()).is_some()),
            "{urls:?}"
        );
    }
}
