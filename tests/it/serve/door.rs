//! Who gets in, and what a request may be.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use super::{Server, log};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log(0..3)).unwrap();
    folder
}

fn refused(flags: &[&str]) -> (Option<i32>, String) {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let done = command.arg("serve").arg(folder.path()).args(flags).output().unwrap();
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn every_answer_is_guarded() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    for path in ["/", "/messages", "/style.css", "/api/state", "/nothing", "/api/nothing"] {
        let answer = server.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        let strict =
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"];
        assert!(strict.iter().all(|part| policy.contains(part)) && !policy.contains("unsafe"), "{policy}");
        let cached = answer.header("cache-control").unwrap();
        assert!(cached.contains("no-store") || cached.contains("no-cache"), "{path}: {cached}");
    }
}

#[test]
fn nothing_but_reading_is_allowed() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        let answer = server.ask(method, "/messages", "Content-Length: 0\r\n");
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    let head = server.ask("HEAD", "/messages", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let long = "x".repeat(5000);
    assert_eq!(server.get(&format!("/messages?text={long}")).status, 414);
    assert_eq!(server.ask("GET", "/", &format!("X-Long: {}\r\n", "x".repeat(40_000))).status, 431);
    assert_eq!(server.get("/messages?text=%ff").status, 200, "what is no UTF-8 finds nothing");
    assert_eq!(server.send("nonsense\r\n\r\n").status, 400);
}

#[test]
fn another_name_is_not_answered() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let port = server.port;
    let with = |host: &str| {
        server.send(&format!("GET /api/state HTTP/1.1\r\n{host}Connection: close\r\n\r\n")).status
    };
    for host in [
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
    ] {
        assert_eq!(with(&format!("Host: {host}\r\n")), 200, "{host}");
    }
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "localhost".to_owned(),
        format!("127.0.0.1.evil.example:{port}"),
    ] {
        assert_eq!(with(&format!("Host: {host}\r\n")), 421, "{host}");
    }
    assert_eq!(with(""), 421);
    assert_eq!(with(&format!("Host: localhost:{port}\r\nHost: evil.example\r\n")), 421);
    let absolute =
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(server.send(&absolute).status, 421);
}

#[test]
fn other_machines_need_a_token() {
    let (status, said) = refused(&["--listen", "0.0.0.0:0"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("--token-file"), "{said}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "tooshort\n0123456789abcdef\n").unwrap();
    let (status, said) = refused(&["--token-file", &file.path().display().to_string()]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("at least 16 characters"), "{said}");
    let (status, _) = refused(&["--token-file", "/nowhere/at/all"]);
    assert_eq!(status, Some(2));
    let (status, said) = refused(&["--manifest", "x.json"]);
    assert_eq!(status, Some(2), "{said}");
}

#[test]
fn who_knows_the_token_gets_in() {
    let folder = folder();
    let file = tempfile::NamedTempFile::new().unwrap();
    let token = "correct horse+battery/staple";
    std::fs::write(file.path(), format!("{token}\r\nsecond line\r\n")).unwrap();
    let server = Server::start(folder.path(), &["--token-file", &file.path().display().to_string()]);
    for path in ["/", "/messages", "/api/state", "/nothing"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{path}");
        assert!(!answer.text().contains("lars@"), "{path}");
    }
    assert_eq!(server.get("/style.css").status, 200);
    let bearer =
        |token: &str| server.ask("GET", "/api/state", &format!("Authorization: Bearer {token}\r\n")).status;
    assert_eq!((bearer(token), bearer("correct horse"), bearer("")), (200, 401, 401));
    assert_eq!(server.get("/messages?token=wrong").status, 401);
    let welcome = server.get("/messages?sort=size&token=correct%20horse%2Bbattery%2Fstaple&text=a%26b");
    assert_eq!((welcome.status, welcome.header("location")), (303, Some("messages?sort=size&text=a%26b")));
    let cookie = welcome.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("horse"),
        "{cookie}"
    );
    let pair = cookie.split(';').next().unwrap();
    let known =
        |cookie: &str| server.ask("GET", "/messages", &format!("Cookie: other=1; {cookie}\r\n")).status;
    assert_eq!((known(pair), known("mailtrail=1"), known(&pair[..pair.len() - 1])), (200, 401, 401));
    for path in ["//evil.example/", "/%5Cevil.example", "/%2F%2Fevil.example"] {
        let answer = server.get(&format!("{path}?token=correct%20horse%2Bbattery%2Fstaple"));
        assert!(!answer.header("location").unwrap_or_default().contains("//"), "{path}: {}", answer.head);
        assert_ne!(answer.status, 200, "{path}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_before_anything_is_read() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let (status, said) = refused(&["--listen", &format!("127.0.0.1:{}", server.port)]);
    assert_eq!(status, Some(1));
    assert!(said.contains("cannot listen there") && !said.contains("records"), "{said}");
}

#[test]
fn who_says_nothing_is_sent_away() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let mut silent = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let end = silent
        .read(&mut [0; 10])
        .or_else(|e| if e.kind() == ErrorKind::ConnectionReset { Ok(0) } else { Err(e) });
    assert_eq!(end.unwrap(), 0, "closed, not waited for in vain");
    server.ok("/api/state");
}
