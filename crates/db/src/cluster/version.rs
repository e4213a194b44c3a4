/// Why a server may not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Older than the features that the schema needs (views with `security_invoker`).
    #[error("PostgreSQL {found} is too old: 15.16 or newer is needed")]
    TooOld {
        /// The server's version.
        found: String,
    },
    /// A release whose row level security can be bypassed.
    #[error("PostgreSQL {found} has a known hole in row level security: update it to {fixed}")]
    KnownHole {
        /// The server's version.
        found: String,
        /// The first release of the same major version without the hole.
        fixed: String,
    },
}

/// The first release of each major version without a known hole in row level security. Older majors
/// than the first of them get no releases any more.
const FIRST_SAFE: [(i32, i32); 5] = [(14, 21), (15, 16), (16, 12), (17, 8), (18, 2)];

/// Checks a server's `server_version_num` (150018 is 15.18) against what Countersign stands on.
/// Also meant for servers that somebody else runs.
pub fn check_version(server_version_num: i32) -> Result<(), VersionError> {
    let (major, minor) = (server_version_num / 10_000, server_version_num % 10_000);
    let found = format!("{major}.{minor}");
    if major < 15 {
        return Err(VersionError::TooOld { found });
    }
    match known_hole(server_version_num) {
        Some(fixed) => Err(VersionError::KnownHole { found, fixed }),
        None => Ok(()),
    }
}

/// The release to update to, where a server's `server_version_num` is of one whose row level security
/// can be bypassed.
pub fn known_hole(server_version_num: i32) -> Option<String> {
    let (major, minor) = (server_version_num / 10_000, server_version_num % 10_000);
    let (fixed_major, fixed_minor) = FIRST_SAFE.into_iter().find(|(safe, _)| major <= *safe)?;
    let holds = major == fixed_major && minor >= fixed_minor;
    (!holds).then(|| format!("{fixed_major}.{fixed_minor}"))
}

/// The `server_version_num` in what `postgres --version` prints.
pub(super) fn parse_version(output: &str) -> Option<i32> {
    let (_, rest) = output.split_once("(PostgreSQL) ")?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
    let major: i32 = numbers.next()?.parse().ok()?;
    // `19beta1` and `19devel` have no minor version yet: only a dot introduces one.
    let has_minor = rest
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .starts_with('.');
    let minor: i32 = if has_minor {
        numbers
            .next()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    } else {
        0
    };
    Some(major * 10_000 + minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_with_a_known_row_level_security_hole_is_refused_and_told_the_fix() {
        for (number, fixed) in [
            (150_015, "15.16"),
            (160_011, "16.12"),
            (170_007, "17.8"),
            (180_001, "18.2"),
        ] {
            match check_version(number) {
                Err(VersionError::KnownHole { fixed: told, .. }) => assert_eq!(told, fixed),
                other => panic!("{number}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_fixed_releases_and_later_majors_are_accepted() {
        for number in [150_016, 150_018, 160_012, 170_008, 180_002, 190_000] {
            assert_eq!(check_version(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn a_server_before_15_is_too_old() {
        for number in [90_624, 140_099] {
            assert!(
                matches!(check_version(number), Err(VersionError::TooOld { .. })),
                "{number}"
            );
        }
    }

    #[test]
    fn an_older_server_is_told_the_first_major_that_is_kept_up() {
        for (number, fixed) in [
            (130_023, Some("14.21")),
            (140_020, Some("14.21")),
            (140_021, None),
        ] {
            assert_eq!(known_hole(number).as_deref(), fixed, "{number}");
        }
    }

    #[test]
    fn versions_are_read_from_the_binary() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(parse_version(debian), Some(150_018));
        assert_eq!(
            parse_version("postgres (PostgreSQL) 19beta1\n"),
            Some(190_000)
        );
        assert_eq!(parse_version("bash: postgres: not found"), None);
    }
}
