//! `report --mail`: that the message is one, says what the report says, cannot be bent by a text, and arrives.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "lays out logs in a folder of its own and reads what was written"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};

use mailparse::{MailHeaderMap as _, ParsedMail, parse_mail};
use serde_json::Value;

use crate::logwriter::{Log, Release, Row};

const WHO: [&str; 4] = ["--mail-from", "mailtrail@contoso.com", "--mail-to", "ops@contoso.com"];

fn report(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    for variable in ["MAILTRAIL_SMTP_USER", "MAILTRAIL_SMTP_PASSWORD", "COLUMNS", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.current_dir(folder).arg("report").args(args).arg("--quiet").output().unwrap()
}

/// What is written of the samples.
fn of_samples(args: &[&str]) -> Vec<u8> {
    let output = report(Path::new(env!("CARGO_MANIFEST_DIR")), &[&["samples"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{args:?} {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(part: &ParsedMail<'_>) -> String {
    part.get_body().unwrap().replace("\r\n", "\n")
}

/// All parts, the message first.
fn parts<'m>(message: &'m ParsedMail<'m>) -> Vec<&'m ParsedMail<'m>> {
    std::iter::once(message).chain(message.subparts.iter().flat_map(parts)).collect()
}

fn kinds(message: &ParsedMail<'_>) -> Vec<String> {
    parts(message).iter().map(|part| part.ctype.mimetype.clone()).collect()
}

/// A log in which every text that reaches a mail is hostile.
fn hostile() -> tempfile::TempDir {
    const EVIL: &str = "x\r\nBcc: evil@fabrikam.com\r\n\r\n.\r\n<script>\u{1b}[31m\u{202e}ü";
    let to = format!("nobody{EVIL}@contoso.com");
    let mut log = Log::of(Release::E2016);
    for i in 0..30 {
        let id = format!("m{i}");
        let received = Row::receive(&id, &to).with("message-subject", EVIL).with("sender-address", EVIL);
        log = log
            .rows(&[received, Row::fail(&id, &to, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found")]);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    folder
}

#[test]
fn a_message_reads_back_and_its_text_carries_the_verdict() {
    let bytes =
        of_samples(&[&["--mail", "-", "--mail-attach", "text", "--mail-attach", "json"], &WHO[..]].concat());
    let message = parse_mail(&bytes).unwrap();
    assert_eq!(
        kinds(&message),
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/plain",
            "application/json"
        ]
    );
    let head = |name: &str| message.headers.get_first_value(name).unwrap();
    assert_eq!((head("From").as_str(), head("To").as_str()), ("mailtrail@contoso.com", "ops@contoso.com"));
    assert_eq!((head("Auto-Submitted").as_str(), head("MIME-Version").as_str()), ("auto-generated", "1.0"));
    assert!(head("Message-ID").ends_with("@contoso.com>") && head("Date").ends_with("+0000"));
    let json: Value = serde_json::from_slice(&of_samples(&["--format", "json"])).unwrap();
    let verdict = json["verdict"].as_str().unwrap();
    let all = parts(&message);
    let plain = text(all[2]);
    let flat = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.starts_with(verdict), "{plain}");
    assert!(verdict.starts_with(head("Subject").trim_end_matches(" …")), "{}", head("Subject"));
    for said in ["2026-03-10 00:41:12 to 2026-03-10 23:59:52 UTC", "Set-RemoteMailbox", "why ", "report.json"]
    {
        assert!(plain.contains(said), "{said} {plain}");
    }
    assert!(text(all[3]).contains("Set-RemoteMailbox") && !text(all[3]).contains("<script"));
    // Commands are not broken; everything else fits.
    let long = plain.lines().filter(|line| line.chars().count() > 78);
    let commands = ["check", "mend", "# ", "Set-", "Get-", "New-"];
    assert!(long.clone().all(|line| commands.iter().any(|c| line.trim_start().starts_with(c))), "{plain}");
    // What is on the wire is short and all ASCII.
    assert!(bytes.is_ascii() && bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999));
    let attached: Value = serde_json::from_str(&text(all[5])).unwrap();
    assert_eq!(attached["decisions"], json["decisions"]);
    assert_eq!(text(all[4]).as_bytes(), of_samples(&["--format", "text"]));
}

#[test]
fn text_and_html_tell_the_same_findings() {
    let bytes = of_samples(&[&["--mail", "-"], &WHO[..]].concat());
    let message = parse_mail(&bytes).unwrap();
    let all = parts(&message);
    let (plain, html) = (text(all[2]), text(all[3]));
    let mut told = 0;
    for shown in html.split("<b>").filter(|b| b.starts_with(|c: char| c.is_ascii_digit())) {
        let (number, rest) = shown.split_once(". <span").unwrap();
        let (severity, rest) = rest.split_once('>').unwrap().1.split_once("</span> ").unwrap();
        let title = rest.split_once("</b>").unwrap().0.replace("&#39;", "'");
        let title: String = title.chars().take(30).collect();
        assert!(plain.contains(&format!("\n{number:>2}  {severity}  {title}")), "{number} {title}: {plain}");
        told += 1;
    }
    assert!(told > 1 && !plain.contains(&format!("\n{:>2}  ", told + 1)), "{told}: {plain}");
    assert_eq!(html.matches("Also: ").count() > 0, plain.contains("  also   "), "{plain}");
}

#[test]
fn mail_text_markdown_and_json_give_the_same_numbers() {
    let bytes = of_samples(&[&["--mail", "-"], &WHO[..]].concat());
    let message = parse_mail(&bytes).unwrap();
    let all = parts(&message);
    let json: Value = serde_json::from_slice(&of_samples(&["--format", "json"])).unwrap();
    let utf8 = |args: &[&str]| String::from_utf8(of_samples(args)).unwrap();
    let forms =
        [text(all[2]), text(all[3]), text(all[4]), utf8(&["--format", "text"]), utf8(&["--format", "md"])];
    let words = |form: &String| {
        let mut plain = String::new();
        let mut tag = false;
        for c in form.chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                '|' | '*' if !tag => plain.push(' '),
                _ if !tag => plain.push(c),
                _ => {}
            }
            if c == '>' {
                plain.push(' ');
            }
        }
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for form in &forms {
        let form = words(form);
        let all = |n: &Value| n.as_u64().unwrap();
        let (messages, recipients) = (all(&json["messages"]), all(&json["recipients"]));
        assert!(form.contains(&format!("{messages} messages to {recipients} recipients")), "{form}");
        for (decision, number) in json["decisions"].as_object().unwrap().iter().filter(|(_, n)| all(n) > 0) {
            let row = format!("{decision} ");
            let found = form.match_indices(&row).any(|(at, _)| {
                form.get(at + row.len()..)
                    .unwrap()
                    .chars()
                    .take(80)
                    .collect::<String>()
                    .contains(&format!(" {number} "))
            });
            assert!(found, "{decision} {number}: {form}");
        }
        for finding in json["findings"].as_array().unwrap().iter().take(5) {
            let extent = format!("{} messages to ", finding["messages"]);
            assert!(form.contains(&extent) || finding["messages"].as_u64().unwrap() < 2, "{extent} {form}");
        }
    }
}

#[test]
fn no_text_adds_a_header_or_a_command() {
    let folder = hostile();
    let subject = "a\r\nBcc: evil@fabrikam.com\r\n\r\nü\u{1b}";
    for given in [&[][..], &["--mail-subject", subject]] {
        let output =
            report(folder.path(), &[&[".", "--mail", "-", "--mail-attach=text"], &WHO[..], given].concat());
        let message = parse_mail(&output.stdout).unwrap();
        assert!(message.headers.get_first_value("Bcc").is_none());
        let names: Vec<String> = message.headers.iter().map(mailparse::MailHeader::get_key).collect();
        assert_eq!(names.iter().filter(|n| n.eq_ignore_ascii_case("subject")).count(), 1);
        assert!(names.len() <= 11, "{names:?}");
        assert_eq!(kinds(&message).len(), 5);
        let value = message.headers.get_first_value("Subject").unwrap();
        assert!(!value.contains(['\r', '\n', '\u{1b}']), "{value:?}");
        assert!(given.is_empty() || value.contains("\\u{d}\\u{a}Bcc"), "{value:?}");
        for part in parts(&message).iter().skip(2) {
            let text = text(part);
            assert!(
                !text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{202e}'),
                "{text}"
            );
            assert!(part.ctype.mimetype != "text/html" || !text.contains("<script"), "{text}");
        }
    }
    for (flag, address) in [
        ("--mail-from", "a@contoso.com\r\nBcc: evil@fabrikam.com"),
        ("--mail-to", "a@contoso.com\nX: y"),
        ("--mail-to", "nobody"),
        ("--mail-to", "A <a@contoso.com>, b@contoso.com"),
    ] {
        let both = [
            &[".", "--mail", "m.eml"][..],
            if flag == "--mail-to" { &WHO[..2] } else { &WHO[2..] },
            &[flag, address],
        ];
        let output = report(folder.path(), &both.concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(flag), "{address:?} {said}");
        assert!(!folder.path().join("m.eml").exists());
    }
}

#[test]
fn no_subject_reaches_a_mail() {
    let folder = tempfile::tempdir().unwrap();
    let zebra = |row: Row| row.with("message-subject", "Zebra crossing");
    let log = Log::of(Release::E2016).rows(&[
        zebra(Row::receive("one", "nobody@contoso.com")),
        zebra(Row::fail("one", "nobody@contoso.com", "550 5.7.1 RESOLVER.RST.NotAuthorized; no")),
    ]);
    let log = log.raw("2026-03-10T09:00:01.000Z,too,few,columns,Zebra crossing\r\n");
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    let attached = ["--mail-attach", "text", "--mail-attach", "json", "--mail-attach", "md"];
    let output =
        report(folder.path(), &[&[".", "--no-subjects", "--mail", "-"], &WHO[..], &attached].concat());
    let message = parse_mail(&output.stdout).unwrap();
    assert_eq!(parts(&message).len(), 7);
    assert!(parts(&message).iter().skip(2).all(|part| !text(part).contains("Zebra")));
}

/// A server that takes one message, or refuses what it is told to; gives what it was sent.
fn server(refuses: &'static str) -> (String, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = listener.local_addr().unwrap().to_string();
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        send.send(talk(&stream, refuses)).unwrap();
    });
    (name, receive)
}

fn talk(stream: &TcpStream, refuses: &str) -> Vec<String> {
    let mut heard: Vec<String> = Vec::new();
    let (mut out, mut inside) = (stream, false);
    out.write_all(b"220 test ESMTP\r\n").unwrap();
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "." if inside => {
                inside = false;
                b"250 2.0.0 queued\r\n"
            }
            _ if inside => b"",
            verb if verb == refuses => b"550 5.7.1 not from here\r\n",
            "DATA" => {
                inside = true;
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        heard.push(line);
        if out.write_all(answer).is_err() || verb == "QUIT" {
            break;
        }
    }
    heard
}

#[test]
fn a_relay_gets_what_the_file_holds() {
    let (relay, heard) = server("");
    let folder = hostile();
    let to = ["--mail-to", "Zweite Bürokraft <second@contoso.com>"];
    let way = ["--mail", "m.eml", "--mail-relay", &relay, "--mail-tls", "none"];
    let output = report(folder.path(), &[&["."], &way[..], &WHO, &to].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty(), "the report itself was not asked for");
    let heard = heard.recv().unwrap();
    assert!(heard.contains(&"MAIL FROM:<mailtrail@contoso.com>".to_owned()), "{heard:?}");
    let to: Vec<&String> = heard.iter().filter(|line| line.starts_with("RCPT")).collect();
    assert_eq!(to, ["RCPT TO:<ops@contoso.com>", "RCPT TO:<second@contoso.com>"]);
    let begin = heard.iter().position(|line| line == "DATA").unwrap() + 1;
    let end = heard.iter().position(|line| line == ".").unwrap();
    let sent = heard[begin..end].iter().map(|line| line.strip_prefix('.').unwrap_or(line));
    let sent = sent.collect::<Vec<_>>().join("\r\n");
    assert_eq!(sent.trim_end(), std::fs::read_to_string(folder.path().join("m.eml")).unwrap().trim_end());
}

#[test]
fn a_relay_that_refuses_or_is_down_is_an_error() {
    for verb in ["MAIL", "RCPT", "DATA"] {
        let (relay, _heard) = server(verb);
        let way = ["samples/HUB1", "--mail-relay", &relay, "--mail-tls", "none"];
        let output = report(Path::new(env!("CARGO_MANIFEST_DIR")), &[&way[..], &WHO].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{verb} {said}");
        assert!(said.contains(&relay) && said.contains("5.7.1 not from here"), "{verb} {said}");
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (plain, _heard) = server("STARTTLS");
    for (relay, tls) in [(&free, "none"), (&free, "starttls"), (&plain, "starttls")] {
        let way = ["samples/HUB1", "--mail-relay", relay, "--mail-tls", tls];
        let output = report(Path::new(env!("CARGO_MANIFEST_DIR")), &[&way[..], &WHO].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("was not sent"), "{tls} {said}");
    }
}

#[cfg(unix)]
#[test]
fn sendmail_gets_the_message_and_may_fail() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = hostile();
    let program = folder.path().join("sendmail");
    std::fs::write(&program, "#!/bin/sh\necho \"$@\" >args\ncat >taken\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let by = format!("--mail-sendmail={}", program.display());
    let output = report(folder.path(), &[&[".", &by, "--mail", "m.eml"], &WHO[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let get = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(get("taken"), get("m.eml"));
    assert_eq!(get("args").trim(), "-i -f mailtrail@contoso.com -- ops@contoso.com");
    std::fs::write(&program, "#!/bin/sh\ncat >/dev/null\necho no such user >&2\nexit 67\n").unwrap();
    for by in [by.as_str(), "--mail-sendmail=./nothing"] {
        let output = report(folder.path(), &[&[".", by], &WHO[..]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("--mail-sendmail"), "{said}");
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = hostile();
    for (args, said) in [
        (&["--mail-to", "a@contoso.com"][..], "--mail FILE"),
        (&["--mail", "m.eml", "--mail-to", "a@contoso.com"], "--mail-from"),
        (&["--mail", "m.eml", "--mail-from", "a@contoso.com"], "--mail-to"),
        (
            &["--mail", "m.eml", "--mail-tls", "none", "--mail-from", "a@b.com", "--mail-to", "a@b.com"],
            "--mail-relay",
        ),
        (
            &["--mail", "-", "--format", "json", "--mail-from", "a@b.com", "--mail-to", "a@b.com"],
            "standard output",
        ),
        (&["--mail", "-", "-o", "-", "--mail-from", "a@b.com", "--mail-to", "a@b.com"], "standard output"),
        (
            &["--mail-relay", "mail:x", "--mail-from", "a@b.com", "--mail-to", "a@b.com"],
            "mail.contoso.com:25",
        ),
    ] {
        let output = report(folder.path(), &[&["."], args].concat());
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && err.contains(said), "{args:?} {err}");
    }
    std::fs::write(folder.path().join("m.eml"), "mine").unwrap();
    let there = [&[".", "--mail", "m.eml"], &WHO[..]].concat();
    assert_eq!(report(folder.path(), &there).status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(folder.path().join("m.eml")).unwrap(), "mine");
    assert_eq!(report(folder.path(), &[&there[..], &["--force"]].concat()).status.code(), Some(0));
}

#[test]
fn a_password_is_not_sent_for_all_to_read() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    command.envs([("MAILTRAIL_SMTP_USER", "me"), ("MAILTRAIL_SMTP_PASSWORD", "sesame")]);
    let way = ["report", "samples/HUB1", "--mail-relay", "127.0.0.1:1", "--mail-tls", "none"];
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(way).args(WHO).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("MAILTRAIL_SMTP_PASSWORD"), "{said}");
    assert!(!said.contains("sesame"));
}
