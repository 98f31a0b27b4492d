//! MR-30: an old address-book entry, sent as an IMCEAEX address.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "imceaex",
    title: "An old address-book entry of Outlook is not known any more",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    caused_by: &[],
    means: "Outlook remembers people inside the organisation by a directory name (legacyExchangeDN), not by their SMTP \
            address. When the mailbox was made anew, that name is gone, and mail to the remembered entry bounces, \
            though mail to the typed address works.",
    proof: "FAIL with RESOLVER.ADR.ExRecipNotFound, or not found of an address that begins with IMCEAEX-.",
    mend: "Add the old name to the mailbox as an X500 address.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if case.leaf.decision != Decision::RecipientNotFound {
        return None;
    }
    let address = case.address();
    let name = decode(address);
    if name.is_none() && !case.tag().ends_with(b"ExRecipNotFound") {
        return None;
    }
    Some(Sighting::new(&KIND, case).domain(case.domain()).address(name.as_deref().unwrap_or(address)))
}

/// The directory name that an IMCEAEX address holds: `_` stands for `/`, `+XX` for a byte. `None` for any
/// other address.
fn decode(address: &[u8]) -> Option<Vec<u8>> {
    let prefix = b"IMCEAEX-";
    let head = address.get(..prefix.len()).filter(|h| h.eq_ignore_ascii_case(prefix))?;
    let end = memchr::memrchr(b'@', address).unwrap_or(address.len());
    let mut rest = address.get(head.len()..end)?;
    let mut out = Vec::new();
    while let Some((&b, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex.filter(|_| b == b'+').and_then(|h| u8::from_str_radix(h, 16).ok());
        let (plain, after) = match byte {
            Some(byte) => (byte, tail.get(2..).unwrap_or_default()),
            None if b == b'_' => (b'/', tail),
            None => (b, tail),
        };
        rest = after;
        out.push(plain);
    }
    Some(out)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause =
        format!("Mail went to a remembered directory name that no mailbox has any more: {}.", t.address);
    let alias = t.address.rsplit('=').next().unwrap_or_default();
    // Newer names end in a number of 32 hex digits and the alias.
    let alias = alias.split_once('-').filter(|(id, _)| id.len() >= 32).map_or(alias, |(_, a)| a);
    let value = format!("X500:{}", t.address);
    let fix = format!(
        "Set-Mailbox {} -EmailAddresses @{{Add={}}}  # if this is whose entry it was",
        quoted(alias),
        quoted(&value)
    );
    (cause, fix)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_directory_name_comes_out_of_its_address() {
        let address =
            b"IMCEAEX-_O=CONTOSO_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP_CN=RECIPIENTS_CN=helga@contoso.com";
        let name = decode(address).unwrap();
        assert_eq!(name, b"/O=CONTOSO/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=helga");
        assert_eq!(decode(b"helga@contoso.com"), None);
        assert_eq!(decode(b"IMCEAEX-a+2").unwrap(), b"a+2");
    }
}
