//! A letter on its way: to an SMTP server, or to the machine's own sendmail.

use std::path::Path;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as SmtpTls, TlsParameters};
use lettre::{SendmailTransport, SmtpTransport, Transport};

use super::{Letter, MailError};

/// No answer for so long is none.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the way to the relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    None,
    /// From STARTTLS on, without which nothing is sent.
    StartTls,
    /// From the first byte on.
    Whole,
}

/// An SMTP server.
#[derive(Clone)]
pub struct Relay {
    /// Its name, which its certificate must have, or its IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub tls: Tls,
    /// Who we are to it, and the password.
    pub login: Option<(String, String)>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let user = self.login.as_ref().map(|(user, _)| user);
        let (host, port, tls) = (&self.host, self.port, self.tls);
        f.debug_struct("Relay").field("at", &(host, port)).field("tls", &tls).field("user", &user).finish()
    }
}

/// Sends a letter by a relay.
///
/// # Errors
/// If the relay does not answer, has no valid certificate, or refuses the sender, a recipient or the letter.
pub fn by_relay(letter: &Letter, relay: &Relay) -> Result<(), MailError> {
    let name = format!("{}:{}", relay.host, relay.port);
    let fail = |e: &dyn std::error::Error| MailError::Relay { relay: name.clone(), reason: with_causes(e) };
    let parameters = || TlsParameters::new(relay.host.clone()).map_err(|e| fail(&e));
    let tls = match relay.tls {
        Tls::None => SmtpTls::None,
        Tls::StartTls => SmtpTls::Required(parameters()?),
        Tls::Whole => SmtpTls::Wrapper(parameters()?),
    };
    let mut transport = SmtpTransport::builder_dangerous(relay.host.clone())
        .port(relay.port)
        .tls(tls)
        .timeout(Some(PATIENCE));
    if let Some((user, password)) = relay.login.clone() {
        transport = transport.credentials(Credentials::new(user, password));
    }
    transport.build().send(&letter.0).map_err(|e| fail(&e))?;
    Ok(())
}

/// Hands a letter to a program that is called like sendmail: with the sender behind `-f`, the recipients as arguments, the
/// letter on its standard input.
///
/// # Errors
/// If the program cannot be started or fails.
pub fn by_sendmail(letter: &Letter, program: &Path) -> Result<(), MailError> {
    SendmailTransport::new_with_command(program)
        .send(&letter.0)
        .map_err(|e| MailError::Sendmail { program: program.display().to_string(), reason: with_causes(&e) })
}

/// An error with what led to it.
fn with_causes(e: &dyn std::error::Error) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(e) = cause {
        let more = e.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = e.source();
    }
    text
}
