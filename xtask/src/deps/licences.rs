use spdx::{Expression, ParseMode};

use crate::outcome::Problem;
use crate::workspace::{Outside, Workspace};

/// Licences that ask for no more than their text and their authors' names. Anything else is a
/// decision for a person, with a reason in `docs/decisions`.
const PERMISSIVE: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    // Data, not code: the certificate roots of webpki-roots.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// The packages whose licence is not permissive, unknown or missing.
pub(crate) fn check(workspace: &Workspace) -> impl Iterator<Item = Problem> {
    workspace.outside.iter().filter_map(|package| {
        let rule = judge(package.licence.as_deref()).err()?;
        let Outside { name, version, .. } = package;
        Some(Problem::new(
            format!("{name} {version}"),
            rule,
            "use another library, or turn off the feature that brings it: \
             cargo tree --workspace --invert <name>",
        ))
    })
}

fn judge(licence: Option<&str>) -> Result<(), String> {
    let licence = licence.ok_or("it names no licence")?;
    // Lax: packages from before SPDX expressions write MIT/Apache-2.0.
    let expression = Expression::parse_mode(licence, ParseMode::LAX)
        .map_err(|error| format!("its licence {licence} cannot be read: {}", error.reason))?;
    if expression.evaluate(|required| PERMISSIVE.contains(&required.to_string().as_str())) {
        Ok(())
    } else {
        Err(format!(
            "its licence {licence} is not on the list of permissive ones"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::fixture::workspace;

    #[test]
    fn permissive_licences_pass_in_any_combination() {
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "MIT OR GPL-3.0-only",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
        ] {
            assert_eq!(judge(Some(licence)), Ok(()));
        }
    }

    #[test]
    fn others_and_unknown_ones_are_named() {
        for licence in [
            "GPL-3.0-only",
            "AGPL-3.0-or-later",
            "MPL-2.0",
            "MIT AND GPL-2.0-only",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "LicenseRef-Proprietary",
            "not a licence",
            "",
        ] {
            assert!(judge(Some(licence)).is_err(), "{licence} was accepted");
        }
        let tree = workspace(
            &[],
            &[
                ("fine", "1.0.0", Some("MIT")),
                ("evil", "2.0.0", Some("AGPL-3.0-only")),
                ("mute", "3.0.0", None),
            ],
        );
        let named: Vec<_> = check(&tree).map(|problem| problem.at).collect();
        assert_eq!(named, ["evil 2.0.0", "mute 3.0.0"]);
    }
}
