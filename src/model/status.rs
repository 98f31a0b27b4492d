//! SMTP and enhanced status codes.

use std::fmt;

/// An enhanced status code such as `5.1.10` (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedCode {
    /// 2 success, 4 transient, 5 permanent.
    pub class: u8,
    /// 0–999.
    pub subject: u16,
    /// 0–999.
    pub detail: u16,
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// One recipient's status taken apart; slices of the field it came from. Empty means absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusParts<'a> {
    /// First digit of the outermost reply (2, 4, 5), 0 where there is none: says whether the row is a failure.
    pub class: u8,
    /// SMTP reply code of the innermost reply.
    pub reply: Option<u16>,
    /// Enhanced code of the innermost reply.
    pub code: Option<EnhancedCode>,
    /// Diagnostic token of the innermost reply, such as `RESOLVER.ADR.RecipientNotFound`.
    pub tag: &'a [u8],
    /// The words of the innermost reply, without codes and token.
    pub text: &'a [u8],
    /// Last attempted host, from the wrapper.
    pub fqdn: &'a [u8],
    /// Its address, from the wrapper.
    pub ip: &'a [u8],
}

/// How a list of statuses fits its list of recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// One status for each recipient.
    Aligned,
    /// One status that holds for all.
    Broadcast,
    /// Neither; the list holds the whole field once.
    Unaligned,
}
