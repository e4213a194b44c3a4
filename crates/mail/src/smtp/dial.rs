use std::io;
use std::pin::Pin;

use tokio::net::TcpStream;

/// A connection that is being opened.
pub type Dialing<'a> = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + 'a>>;

/// Opens connections. A port: the process that sends has rules about which it opens.
pub trait Dial: Send + Sync {
    /// Connects to the mail server of the configuration.
    fn dial<'a>(&'a self, host: &'a str, port: u16) -> Dialing<'a>;
}
