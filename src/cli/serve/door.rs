//! Who gets in: which methods, which hosts, and who knows the token.

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::super::options::Usage;
use super::args::ServeArgs;
use super::asking::{self, Pairs};
use super::failure::Failure;
use super::token::Token;
use crate::output::escape::url;

/// Bytes of an address.
const LONGEST: usize = 4096;

/// The rules.
#[derive(Clone)]
pub(super) struct Door {
    token: Option<Token>,
    /// What a browser may call us; anything where other machines may ask.
    hosts: Option<Vec<String>>,
    /// Cookies do not know ports.
    cookie: String,
}

/// Somebody who does not get in, or who gets in another way.
type Turned = Box<Response>;

impl Door {
    /// By what was typed. Other machines are let in with a token only.
    pub(super) fn new(args: &ServeArgs) -> Result<Self, Usage> {
        let token = args.token_file.as_deref().map(Token::read).transpose()?;
        if token.is_none() && !args.listen.ip().is_loopback() {
            let what = "other machines could read all mail's senders, recipients and subjects; give --token-file FILE, or \
                        listen on 127.0.0.1";
            return Err(Usage(format!("--listen {}: {what}", args.listen)));
        }
        Ok(Self { token, hosts: None, cookie: String::new() })
    }

    /// The same, with the address that it is in the end.
    pub(super) fn at(self, address: SocketAddr) -> Self {
        let own = match address {
            SocketAddr::V4(a) => a.ip().to_string(),
            SocketAddr::V6(a) => format!("[{}]", a.ip()),
        };
        let names = [own, "localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let port = address.port();
        let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(names);
        }
        let hosts = address.ip().is_loopback().then_some(hosts);
        Self { hosts, cookie: format!("mailtrail-{port}"), ..self }
    }

    /// Lets a request in, or gives the answer to one that does not get in.
    pub(super) fn admit<B>(&self, request: &Request<B>) -> Result<(), Turned> {
        let turn = |failure: Failure| Box::new(failure.into_response());
        self.checks(request).map_err(turn)?;
        let Some(token) = &self.token else { return Ok(()) };
        // It has no mail in it, and pages that say what is wrong need it.
        if request.uri().path() == "/style.css" {
            return Ok(());
        }
        let pairs = asking::pairs(request.uri()).map_err(turn)?;
        if let Some((_, given)) = pairs.iter().find(|(name, _)| name == "token") {
            return Err(if token.is(given) {
                Box::new(
                    self.welcome(request.uri(), &pairs, token).unwrap_or_else(IntoResponse::into_response),
                )
            } else {
                turn(unknown())
            });
        }
        let known = Self::bearer(request.headers()).any(|given| token.is(given))
            || self.cookies(request.headers()).any(|given| token.is_cookie(given));
        if known { Ok(()) } else { Err(turn(unknown())) }
    }

    fn checks<B>(&self, request: &Request<B>) -> Result<(), Failure> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let words = "Nothing can be changed here; only GET and HEAD are answered.";
            return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, words).with(header::ALLOW, "GET, HEAD"));
        }
        let uri = request.uri();
        if uri.path().len() + uri.query().map_or(0, str::len) > LONGEST {
            return Err(Failure::new(StatusCode::URI_TOO_LONG, "An address has at most 4,096 bytes."));
        }
        let Some(hosts) = &self.hosts else { return Ok(()) };
        let named: Vec<&[u8]> =
            request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes).collect();
        let named = named.into_iter().chain(uri.authority().map(|a| a.as_str().as_bytes()));
        let known = |name: &[u8]| hosts.iter().any(|host| host.as_bytes().eq_ignore_ascii_case(name));
        let mut named = named.peekable();
        if named.peek().is_some() && named.all(known) {
            return Ok(());
        }
        let words = format!(
            "This is http://{}/ and answers to no other name.",
            hosts.first().map_or("", String::as_str)
        );
        Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, words))
    }

    fn bearer(headers: &HeaderMap) -> impl Iterator<Item = &str> {
        let values = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
        let split = values.filter_map(|value| value.split_once(' '));
        split.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, given)| given.trim())
    }

    fn cookies<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
        let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.cookie).map(|(_, value)| value)
    }

    /// To the same address without the token, with a cookie in its place.
    fn welcome(&self, uri: &Uri, pairs: &Pairs, token: &Token) -> Result<Response, Failure> {
        // An address of ours has one step: what looks like another host's leads nowhere.
        let step = uri.path().trim_start_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_');
        if !step.chars().all(plain) || uri.path().starts_with("//") {
            return Err(Failure::missing("There is no such page."));
        }
        let rest = pairs.iter().filter(|(name, _)| name != "token");
        let rest: Vec<String> = rest.map(|(name, value)| format!("{}={}", url(name), url(value))).collect();
        let mark = if rest.is_empty() { "" } else { "?" };
        let last = step.rsplit('/').next().unwrap_or_default();
        let to = format!("{}{mark}{}", if last.is_empty() { "./" } else { last }, rest.join("&"));
        let cookie = format!("{}={}; HttpOnly; SameSite=Strict", self.cookie, token.cookie());
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to), (header::SET_COOKIE, cookie)]).into_response())
    }
}

fn unknown() -> Failure {
    let words = "Open this address once with ?token= and the token behind it; scripts send it as Authorization: Bearer.";
    Failure::new(StatusCode::UNAUTHORIZED, words).with(header::WWW_AUTHENTICATE, "Bearer")
}
