/// A request as a client is about to send it, whoever made it, before the credential is added.
#[derive(Debug, Clone)]
pub struct WireRequest<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// As an address begins with it: `https`, `imaps`.
    pub scheme: &'a str,
    /// The host, as in the URL.
    pub host: &'a str,
    /// The port, spelled out or not.
    pub port: u16,
    /// The path, encoded.
    pub path: &'a str,
    /// The query, encoded, without the question mark.
    pub query: Option<&'a str>,
    /// Every header, in any order.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// The body; `None` is no body, which is not the same as an empty one.
    pub body: Option<&'a [u8]>,
}
