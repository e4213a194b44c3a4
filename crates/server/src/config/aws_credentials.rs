use std::path::Path;

use super::secret_file::read_secret_file;
use crate::process::Sensitive;

/// An access key of AWS, or of storage that speaks its language.
pub(super) struct AwsCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Sensitive,
    pub(super) session_token: Option<Sensitive>,
}

/// Reads a profile out of a file in AWS's own form, which its owner alone can read.
pub(super) fn read_aws_credentials(
    path: &Path,
    profile: Option<&str>,
) -> Result<AwsCredentials, String> {
    let text = read_secret_file(path)?;
    let profile = profile.unwrap_or("default");
    let of = |name| setting(text.expose(), profile, name);
    let access = of("aws_access_key_id").zip(of("aws_secret_access_key"));
    let (access_key_id, secret) = access.ok_or_else(|| {
        format!("the file holds no aws_access_key_id and aws_secret_access_key under [{profile}]")
    })?;
    Ok(AwsCredentials {
        access_key_id: access_key_id.to_owned(),
        secret_access_key: Sensitive::new(secret),
        session_token: of("aws_session_token").map(Sensitive::new),
    })
}

/// A setting of a profile.
fn setting<'a>(text: &'a str, profile: &str, name: &str) -> Option<&'a str> {
    let mut is_ours = false;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            is_ours = section
                .strip_suffix(']')
                .is_some_and(|it| it.trim() == profile);
        } else if let Some((key, value)) = line.split_once('=')
            && is_ours
            && key.trim() == name
            && !value.trim().is_empty()
        {
            return Some(value.trim());
        }
    }
    None
}
