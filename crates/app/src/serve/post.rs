//! Mail that goes out: to a relay of the house, or into a folder where it can be looked at.

use crate::say::{make_folder, write};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport as _};
use qudao_kernel::Refusal;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

/// How long a relay may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail.
pub(crate) struct Mail {
    /// Names the mail for ever: sent again under the same name it is the same mail.
    pub(crate) id: String,
    /// Who gets it: a plain address.
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// Name and bytes of a CSV file.
    pub(crate) table: Option<(String, Vec<u8>)>,
}

/// The way out.
pub(crate) struct Post {
    from: Mailbox,
    way: Way,
}

enum Way {
    /// A file for each mail.
    Folder(PathBuf),
    /// A relay of the house.
    Relay(Box<SmtpTransport>),
}

impl Post {
    /// Into a folder, or to a relay where one is named: `host:port` for one that knows whom to trust by their address, else
    /// `smtps://user:password@host:port` or `smtp://user:password@host:port?tls=required`.
    ///
    /// # Errors
    /// `BadInput serve.post.from` for a sender that is no address, `serve.post.relay` for a relay that is none.
    pub(crate) fn new(folder: PathBuf, relay: Option<&str>, from: &str) -> Result<Self, Refusal> {
        let from: Mailbox = from.parse().map_err(|_| {
            Refusal::bad_input(
                "serve.post.from",
                format!("发件地址“{from}”有误；请按 qudao@example.com 填写 --mail-from"),
                format!("`{from}` is no address; write --mail-from like qudao@example.com"),
            )
        })?;
        let way = match relay {
            None => Way::Folder(folder),
            Some(relay) => Way::Relay(Box::new(reach(relay, from.email.domain())?)),
        };
        Ok(Self { from, way })
    }

    /// Sends a mail. Waits for the relay: call it where blocking is allowed.
    ///
    /// # Errors
    /// `Unavailable serve.post.refused` where the relay does not take it; the folder cannot be written.
    pub(crate) fn send(&self, mail: &Mail) -> Result<(), Refusal> {
        let message = self.written(mail)?;
        match &self.way {
            Way::Folder(folder) => {
                make_folder(folder)?;
                write(&folder.join(format!("{}.eml", mail.id)), message.formatted())
            }
            Way::Relay(relay) => relay.send(&message).map(drop).map_err(|error| refused(&error)),
        }
    }

    fn written(&self, mail: &Mail) -> Result<Message, Refusal> {
        let Mail { id, to, subject, text, table } = mail;
        let to: Mailbox = to.parse().map_err(|error| refused(&error))?;
        let id = format!("<{id}@{}>", self.from.email.domain());
        let builder = Message::builder().from(self.from.clone()).to(to).subject(subject).message_id(Some(id));
        let text = SinglePart::plain(text.clone());
        let message = match table {
            None => builder.singlepart(text),
            Some((name, bytes)) => {
                let csv = ContentType::parse("text/csv; charset=utf-8").map_err(|error| refused(&error))?;
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(Attachment::new(name.clone()).body(bytes.clone(), csv)))
            }
        };
        message.map_err(|error| refused(&error))
    }
}

fn reach(relay: &str, host: &str) -> Result<SmtpTransport, Refusal> {
    let wrong = || {
        // The address may hold a password: it is not said again.
        Refusal::bad_input(
            "serve.post.relay",
            "邮件服务器地址有误；请按 127.0.0.1:25 或 smtps://用户:密码@主机:465 填写 --smtp",
            "this is no mail relay; write --smtp like 127.0.0.1:25 or smtps://user:password@host:465",
        )
    };
    let has_port = relay.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = match relay.contains("://") {
        true => relay.to_owned(),
        false if has_port => format!("smtp://{relay}"),
        false => return Err(wrong()),
    };
    let way = SmtpTransport::from_url(&address).map_err(|_| wrong())?;
    Ok(way.hello_name(ClientId::Domain(host.to_owned())).timeout(Some(PATIENCE)).build())
}

fn refused(why: &dyn Display) -> Refusal {
    Refusal::unavailable("serve.post.refused", format!("邮件服务器没有接收：{why}"), format!("the mail relay did not take it: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write as _};
    use std::net::TcpListener;

    fn mail() -> Mail {
        Mail {
            id: "m1-2026-08-30".to_owned(),
            to: "li4@example.com".to_owned(),
            subject: "【渠道】一份名称相当长的日报，以便标题分成几段 2026-08-30".to_owned(),
            text: "合计 12\n".to_owned(),
            table: Some(("日报.csv".to_owned(), "网点,笔数\r\n".into())),
        }
    }

    /// A relay that answers `DATA` as told, and what it heard.
    fn relay(data: &'static str) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let listening = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let heard = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 relay\r\n").unwrap();
            let (mut all, mut body) = (Vec::new(), false);
            for line in heard.map_while(Result::ok) {
                let answer = match line.as_str() {
                    "." => "250 taken",
                    "DATA" => data,
                    "QUIT" => "221 bye",
                    _ if line.starts_with("EHLO") => "250-relay\r\n250 SIZE 1000",
                    _ if body => "",
                    _ => "250 fine",
                };
                body = (body || line == "DATA") && line != ".";
                if !answer.is_empty() {
                    stream.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
                }
                all.push(line);
            }
            all
        });
        (address, listening)
    }

    #[test]
    fn a_mail_is_a_file_of_its_name_and_the_same_mail_the_same_file() {
        // R6.38
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path().join("outbox"), None, "qudao@example.com").unwrap();
        post.send(&mail()).unwrap();
        post.send(&mail()).unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("outbox")).unwrap().flatten().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        for part in ["To: li4@example.com\r\n", "Message-ID: <m1-2026-08-30@example.com>\r\n", "Content-Type: text/csv"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 200), "{text}");
    }

    #[test]
    fn a_relay_gets_the_mail_and_its_refusal_is_told() {
        let (address, listening) = relay("354 go on");
        Post::new(PathBuf::new(), Some(&address), "qudao@example.com").unwrap().send(&mail()).unwrap();
        let heard = listening.join().unwrap();
        for line in ["EHLO example.com", "MAIL FROM:<qudao@example.com>", "RCPT TO:<li4@example.com>", "."] {
            assert!(heard.iter().any(|said| said.trim_end() == line), "{line} in {heard:?}");
        }
        let (address, listening) = relay("451 later");
        let later = Post::new(PathBuf::new(), Some(&address), "qudao@example.com").unwrap().send(&mail()).unwrap_err();
        assert!(later.text.en.contains("451") && later.text.en.contains("later"), "{}", later.text.en);
        listening.join().unwrap();
        let gone = Post::new(PathBuf::new(), Some("127.0.0.1:1"), "qudao@example.com").unwrap();
        assert_eq!(gone.send(&mail()).unwrap_err().code, "serve.post.refused");
        for (relay, from, code) in [
            (None, "nobody", "serve.post.from"),
            (Some("relay"), "a@b.cn", "serve.post.relay"),
            (Some("http://relay:1"), "a@b.cn", "serve.post.relay"),
        ] {
            assert_eq!(Post::new(PathBuf::new(), relay, from).map(drop).unwrap_err().code, code);
        }
    }
}
