//! A server of IMAP that is not ours: Debian's Dovecot, on this machine, with a folder of its own.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::mail::server::certificate;

pub(super) const USER: &str = "ada@mail.test";
pub(super) const PASSWORD: &str = "canary app password 01";

pub(super) struct Dovecot {
    child: Child,
    folder: tempfile::TempDir,
    pub(super) authority: String,
    /// TLS from the first byte.
    pub(super) imaps: u16,
    /// STARTTLS.
    pub(super) imap: u16,
}

/// A mail as it lies in a mailbox.
pub(super) struct Mail {
    pub(super) mailbox: &'static str,
    pub(super) received: u64,
    pub(super) text: String,
}

impl Dovecot {
    /// A server with these mails, for the one user that there is.
    pub(super) fn start(mails: &[Mail]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (authority, certificate, key) = certificate("localhost");
        for (name, text) in [("c.pem", &certificate), ("k.pem", &key)] {
            fs::write(root.join(name), text).unwrap();
        }
        fs::write(root.join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).unwrap();
        for (number, mail) in mails.iter().enumerate() {
            deliver(&root.join("mail"), number, mail);
        }
        fs::create_dir_all(root.join("mail")).unwrap();
        let [imaps, imap] = [free_port(), free_port()];
        fs::write(root.join("dovecot.conf"), config(root, (imaps, imap))).unwrap();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        if is_root() {
            run(
                "chown",
                &["-R", "nobody:nogroup", &root.join("mail").to_string_lossy()],
            );
        }
        let program = Path::new("/usr/sbin/dovecot");
        assert!(program.exists(), "run ./dev test, which installs Dovecot");
        let child = Command::new(program)
            .arg("-F")
            .arg("-c")
            .arg(root.join("dovecot.conf"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            folder,
            authority,
            imaps,
            imap,
        };
        server.wait();
        server
    }

    fn wait(&self) {
        for _ in 0..600 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.imaps)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{}", self.log());
    }

    /// One more mail.
    pub(super) fn deliver(&self, number: usize, mail: &Mail) {
        let folder = self.folder.path().join("mail");
        deliver(&folder, number, mail);
        if is_root() {
            run(
                "chown",
                &["-R", "nobody:nogroup", &folder.to_string_lossy()],
            );
        }
    }

    /// Numbers every mailbox anew, as a restored or moved server does.
    pub(super) fn number_anew(&self) {
        for file in files(&self.folder.path().join("mail")) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                fs::remove_file(file).unwrap();
            }
        }
    }

    /// The flags of every mail, as they are in the names of the files, and how many mails there are.
    pub(super) fn mails(&self) -> Vec<String> {
        let mut names: Vec<String> = files(&self.folder.path().join("mail"))
            .into_iter()
            .map(|file| file.to_string_lossy().into_owned())
            .filter(|file| file.contains("/cur/") || file.contains("/new/"))
            .collect();
        names.sort();
        names
    }

    /// What it wrote down.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own processes end with it when it is asked, and not when it is killed.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn config(root: &Path, (imaps, imap): (u16, u16)) -> String {
    let root = root.display();
    let (own, other) = if is_root() {
        ("root".to_owned(), "nobody".to_owned())
    } else {
        (whoami(), whoami())
    };
    format!(
        "base_dir = {root}/run
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{root}/c.pem
ssl_key = <{root}/k.pem
auth_verbose = yes
mail_debug = no
mail_location = maildir:{root}/mail
mail_uid = {other}
mail_gid = {gid}
first_valid_uid = 1
default_internal_user = {other}
default_login_user = {login}
default_internal_group = {gid}
passdb {{
  driver = passwd-file
  args = username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = home={root}/mail
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  user = {own}
}}
service stats {{
  chroot =
}}
",
        gid = if is_root() {
            "nogroup".to_owned()
        } else {
            group()
        },
        login = if is_root() {
            "dovenull".to_owned()
        } else {
            whoami()
        },
    )
}

/// Puts a mail into a mailbox, as a delivery does (maildir).
fn deliver(folder: &Path, number: usize, mail: &Mail) {
    let mailbox = match mail.mailbox {
        "INBOX" => folder.to_owned(),
        name => folder.join(format!(".{name}")),
    };
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(mailbox.join(part)).unwrap();
    }
    let path = mailbox
        .join("cur")
        .join(format!("{}.M{number:06}.test:2,", mail.received));
    fs::write(&path, &mail.text).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(mail.received);
    file.set_modified(at).unwrap();
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn whoami() -> String {
    run("id", &["-un"])
}

fn group() -> String {
    run("id", &["-gn"])
}

fn is_root() -> bool {
    run("id", &["-u"]) == "0"
}
