//! Mail that goes out: to a relay of the house, or into a folder where it can be looked at.
//!
//! Written here instead of taken from a library: what we send is one text and at most one table, to one reader, over a relay that knows us by
//! our address.

use crate::say::{make_folder, write};
use qudao_kernel::Refusal;
use std::fmt::{Display, Write as _};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

/// How long a relay may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest line of coded content.
const LINE: usize = 76;
/// Parts the two parts of a mail; its sign stands in no coded content.
const SEAM: &str = "=_qudao_seam";

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

impl Mail {
    /// As it goes over the line (RFC 5322, MIME), every line ended by CRLF and none beginning with a dot.
    fn written(&self, from: &str, host: &str) -> String {
        let Self { id, to, subject, text, table } = self;
        let mut mail =
            format!("From: {from}\r\nTo: {to}\r\nSubject: {}\r\nMessage-ID: <{id}@{host}>\r\nMIME-Version: 1.0\r\n", word(subject));
        let plain = |mail: &mut String| {
            mail.push_str("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
            mail.push_str(&lines(text.as_bytes()));
        };
        // Writing to a String cannot fail.
        match table {
            None => plain(&mut mail),
            Some((name, bytes)) => {
                let _ = write!(mail, "Content-Type: multipart/mixed; boundary=\"{SEAM}\"\r\n\r\n--{SEAM}\r\n");
                plain(&mut mail);
                let _ = write!(
                    mail,
                    "--{SEAM}\r\nContent-Type: text/csv; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\
                     Content-Disposition: attachment; filename*=UTF-8''{}\r\n\r\n{}--{SEAM}--\r\n",
                    super::exports::coded(name),
                    lines(bytes)
                );
            }
        }
        mail
    }
}

/// A header's text, in pieces no longer than a header may be and none of which breaks a character.
fn word(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for c in text.chars().filter(|c| !c.is_control()) {
        if pieces.last().is_some_and(|piece| piece.len() + c.len_utf8() > 42) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    let coded: Vec<String> = pieces.iter().map(|piece| format!("=?utf-8?B?{}?=", base64(piece.as_bytes()))).collect();
    coded.join("\r\n ")
}

/// Bytes as lines of base64.
fn lines(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for piece in bytes.chunks(LINE / 4 * 3) {
        lines.push_str(&base64(piece));
        lines.push_str("\r\n");
    }
    lines
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// The way out.
pub(crate) struct Post {
    from: String,
    host: String,
    way: Way,
}

enum Way {
    /// A file for each mail.
    Folder(PathBuf),
    /// A relay of the house, `host:port`, which knows whom to trust by their address.
    Relay(String),
}

impl Post {
    /// Into a folder, or to `host:port` where a relay is named.
    ///
    /// # Errors
    /// `BadInput serve.post.from` for a sender that is no address, `serve.post.relay` for a relay without a port.
    pub(crate) fn new(folder: PathBuf, relay: Option<&str>, from: &str) -> Result<Self, Refusal> {
        let host =
            from.split_once('@').map(|(_, host)| host).filter(|host| !host.is_empty() && from.bytes().all(|byte| byte.is_ascii_graphic()));
        let host = host.ok_or_else(|| {
            Refusal::bad_input(
                "serve.post.from",
                format!("发件地址“{from}”有误；请按 qudao@example.com 填写 --mail-from"),
                format!("`{from}` is no address; write --mail-from like qudao@example.com"),
            )
        })?;
        let way = match relay {
            None => Way::Folder(folder),
            Some(relay) if relay.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => Way::Relay(relay.to_owned()),
            Some(relay) => {
                return Err(Refusal::bad_input(
                    "serve.post.relay",
                    format!("邮件服务器“{relay}”有误；请按 127.0.0.1:25 填写 --smtp"),
                    format!("`{relay}` is no mail relay; write --smtp like 127.0.0.1:25"),
                ));
            }
        };
        Ok(Self { host: host.to_owned(), from: from.to_owned(), way })
    }

    /// Sends a mail. Waits for the relay: call it where blocking is allowed.
    ///
    /// # Errors
    /// `Unavailable serve.post.refused` where the relay does not take it; the folder cannot be written.
    pub(crate) fn send(&self, mail: &Mail) -> Result<(), Refusal> {
        let text = mail.written(&self.from, &self.host);
        match &self.way {
            Way::Folder(folder) => {
                make_folder(folder)?;
                write(&folder.join(format!("{}.eml", mail.id)), text)
            }
            Way::Relay(relay) => self.hand_over(relay, mail, &text),
        }
    }

    /// A conversation with a relay (RFC 5321).
    fn hand_over(&self, relay: &str, mail: &Mail, text: &str) -> Result<(), Refusal> {
        let address = relay.to_socket_addrs().map_err(|error| refused(&error))?.next().ok_or_else(|| refused(&relay))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| refused(&error))?;
        for limit in [stream.set_read_timeout(Some(PATIENCE)), stream.set_write_timeout(Some(PATIENCE))] {
            limit.map_err(|error| refused(&error))?;
        }
        let mut talk = Talk { heard: BufReader::new(stream.try_clone().map_err(|error| refused(&error))?), said: stream };
        talk.hear('2')?;
        talk.say(&format!("EHLO {}\r\n", self.host), '2')?;
        talk.say(&format!("MAIL FROM:<{}>\r\n", self.from), '2')?;
        talk.say(&format!("RCPT TO:<{}>\r\n", mail.to), '2')?;
        talk.say("DATA\r\n", '3')?;
        talk.say(&format!("{text}.\r\n"), '2')?;
        // It has been taken; how we part changes nothing.
        talk.say("QUIT\r\n", '2').ok();
        Ok(())
    }
}

/// Both ends of a line to a relay.
struct Talk {
    heard: BufReader<TcpStream>,
    said: TcpStream,
}

impl Talk {
    fn say(&mut self, line: &str, wanted: char) -> Result<(), Refusal> {
        self.said.write_all(line.as_bytes()).map_err(|error| refused(&error))?;
        self.hear(wanted)
    }

    /// The answer, which may have several lines and begins with a number of three digits.
    fn hear(&mut self, wanted: char) -> Result<(), Refusal> {
        loop {
            let mut line = String::new();
            if self.heard.read_line(&mut line).map_err(|error| refused(&error))? == 0 {
                return Err(refused(&"连接中断 the connection broke off"));
            }
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            return if line.starts_with(wanted) { Ok(()) } else { Err(refused(&line.trim_end())) };
        }
    }
}

fn refused(why: &dyn Display) -> Refusal {
    Refusal::unavailable("serve.post.refused", format!("邮件服务器没有接收：{why}"), format!("the mail relay did not take it: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn bytes_are_coded_as_the_standard_says() {
        // RFC 4648, chapter 10
        for (bytes, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), coded);
        }
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
        for part in [
            "To: li4@example.com\r\n",
            "Message-ID: <m1-2026-08-30@example.com>",
            "Content-Type: text/csv",
            &base64("合计 12\n".as_bytes()),
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 200 && !line.starts_with('.')), "{text}");
    }

    #[test]
    fn a_relay_gets_the_mail_and_its_refusal_is_told() {
        let (address, listening) = relay("354 go on");
        Post::new(PathBuf::new(), Some(&address), "qudao@example.com").unwrap().send(&mail()).unwrap();
        let heard = listening.join().unwrap();
        for line in ["EHLO example.com", "MAIL FROM:<qudao@example.com>", "RCPT TO:<li4@example.com>", "."] {
            assert!(heard.iter().any(|said| said == line), "{line} in {heard:?}");
        }
        let (address, listening) = relay("451 later");
        let later = Post::new(PathBuf::new(), Some(&address), "qudao@example.com").unwrap().send(&mail()).unwrap_err();
        assert!(later.text.en.contains("451 later"), "{}", later.text.en);
        listening.join().unwrap();
        let gone = Post::new(PathBuf::new(), Some("127.0.0.1:1"), "qudao@example.com").unwrap();
        assert_eq!(gone.send(&mail()).unwrap_err().code, "serve.post.refused");
        for (relay, from, code) in [(None, "nobody", "serve.post.from"), (Some("relay"), "a@b.cn", "serve.post.relay")] {
            assert_eq!(Post::new(PathBuf::new(), relay, from).map(drop).unwrap_err().code, code);
        }
    }
}
