/// What a name says about the value behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A credential, wherever it stands.
    Secret,
    /// A header whose whole line is a credential.
    Header,
    /// A credential in a URL's query; elsewhere often a harmless word.
    SecretInUrl,
    /// Nothing of interest.
    Harmless,
}

/// Ends that make any name that of a credential: `refresh_token`, `clientSecret`, `authtoken`.
const SECRET_END: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "signature",
    "credential",
    "apikey",
];
/// The same for whole last words, which are too short to be looked for in longer ones.
const SECRET: [&str; 9] = [
    "secrets",
    "credentials",
    "cookies",
    "pwd",
    "jwt",
    "otp",
    "assertion",
    "bearer",
    "auth",
];
const HEADER: [&str; 2] = ["authorization", "cookie"];
const SECRET_IN_URL: [&str; 8] = [
    "code", "state", "key", "nonce", "session", "sid", "sig", "ticket",
];
/// Words that make a `key` a credential.
const KEY_OF: [&str; 9] = [
    "api",
    "private",
    "secret",
    "access",
    "signing",
    "master",
    "cookie",
    "encryption",
    "auth",
];

/// Classifies a name by its last words, in whatever spelling: `X-Api-Key`, `accessToken`.
pub(super) fn kind(name: &str) -> Kind {
    let words = words(name);
    let Some((last, before)) = words.split_last() else {
        return Kind::Harmless;
    };
    let last = last.as_str();
    if HEADER.contains(&last) {
        return Kind::Header;
    }
    let keyed = last == "key"
        && before
            .last()
            .is_some_and(|word| KEY_OF.contains(&word.as_str()));
    let verifier = last == "verifier" && before.last().is_some_and(|word| word == "code");
    let secret = SECRET.contains(&last) || SECRET_END.iter().any(|end| last.ends_with(end));
    if secret || keyed || verifier {
        return Kind::Secret;
    }
    if SECRET_IN_URL.contains(&last) {
        Kind::SecretInUrl
    } else {
        Kind::Harmless
    }
}

/// The words of a name in lower case, split at anything but letters and digits and at humps.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() || letter.is_ascii_uppercase() && after_small {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_last_words_in_any_spelling() {
        for name in [
            "access_token",
            "clientSecret",
            "X-Api-Key",
            "PASSWORD",
            "authtoken",
        ] {
            assert_eq!(kind(name), Kind::Secret, "{name}");
        }
        for name in ["Authorization", "Proxy-Authorization", "Set-Cookie"] {
            assert_eq!(kind(name), Kind::Header, "{name}");
        }
        for name in ["code", "oauth_state", "key", "sessionKey"] {
            assert_eq!(kind(name), Kind::SecretInUrl, "{name}");
        }
    }

    #[test]
    fn counts_and_parameters_of_secrets_are_no_secrets() {
        for name in [
            "tokens",
            "token_count",
            "password_parameters",
            "key_id",
            "payload_hash",
            "",
            "_",
        ] {
            assert_eq!(kind(name), Kind::Harmless, "{name}");
        }
    }
}
