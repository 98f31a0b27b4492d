//! The form above a list of messages, and the addresses of lists like it.

use super::super::super::escape::{html, url};

/// A field as it was filled in.
pub type Field = (String, String);

/// What was asked for, and what may be.
#[derive(Clone, Copy, Debug)]
pub struct Form<'f> {
    /// Fields that are filled in, without the page.
    pub fields: &'f [Field],
    /// Decisions, by their names.
    pub decisions: &'f [&'static str],
    /// Findings: how they are called in addresses, and in words.
    pub findings: &'f [Field],
    /// What a list may be sorted by.
    pub sorts: &'f [&'static str],
}

/// Fields with a text of one's own: name, label, what may stand there.
const TEXTS: [(&str, &str, &str); 7] = [
    ("text", "Any text", "id, subject, address, IP, ..."),
    ("sender", "Sender", "*@contoso.com"),
    ("recipient", "Recipient", "max@contoso.com"),
    ("connector", "Connector", "*internet*"),
    ("server", "Server", "EX1"),
    ("since", "Since", "2026-03-10 07:00"),
    ("until", "Until", "2026-03-10 08:00"),
];

impl Form<'_> {
    fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    fn first(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// The address of this list with some fields changed.
    pub fn address(&self, with: &[(&str, String)]) -> String {
        let kept = self.fields.iter().filter(|(name, _)| with.iter().all(|(n, _)| n != name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let new =
            with.iter().map(|(name, value)| (*name, value.as_str())).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            kept.chain(new).map(|(name, value)| format!("{name}={}", url(value))).collect();
        format!("messages?{}", pairs.join("&"))
    }

    /// The head of a column by which the list may be sorted.
    pub(super) fn head(&self, words: &str, sort: &str, class: &str) -> String {
        let now = match self.first("sort") {
            "" => "time",
            now => now,
        };
        let falls = self.first("order") == "desc";
        let (state, next) = match (now == sort, falls) {
            (true, false) => (" aria-sort=\"ascending\"", "desc"),
            (true, true) => (" aria-sort=\"descending\"", ""),
            (false, _) => ("", ""),
        };
        let mark = match (now == sort, falls) {
            (true, false) => " <span aria-hidden=\"true\">\u{2191}</span>",
            (true, true) => " <span aria-hidden=\"true\">\u{2193}</span>",
            (false, _) => "",
        };
        let address = self.address(&[("sort", sort.to_owned()), ("order", next.to_owned())]);
        format!("<th scope=\"col\"{class}{state}><a href=\"{}\">{words}</a>{mark}</th>", html(&address))
    }

    /// The form. What stands in a field more than once has a field each.
    pub(super) fn shown(&self) -> String {
        let mut out =
            "<form class=\"panel ask\" method=\"get\" action=\"messages\" role=\"search\">\n".to_owned();
        for (name, label, example) in TEXTS {
            let values = match self.all(name) {
                none if none.is_empty() => vec![""],
                values => values,
            };
            for (number, value) in values.iter().enumerate() {
                let id = format!("f-{name}-{number}");
                let kind = if name == "text" { "search" } else { "text" };
                out.push_str(&format!(
                    "<p class=\"in-{name}\"><label for=\"{id}\">{label}</label><input id=\"{id}\" name=\"{name}\" \
                     type=\"{kind}\" value=\"{}\" placeholder=\"{example}\" autocomplete=\"off\" spellcheck=\"false\"></p>\n",
                    html(value)
                ));
            }
        }
        let decisions = self.decisions.iter().map(|d| (*d, *d)).collect::<Vec<_>>();
        out.push_str(&self.select("decision", "Decision", "any", &decisions));
        let findings =
            self.findings.iter().map(|(id, words)| (id.as_str(), words.as_str())).collect::<Vec<_>>();
        out.push_str(&self.select("finding", "Finding", "any", &findings));
        let sorts = self.sorts.iter().map(|s| (*s, *s)).collect::<Vec<_>>();
        out.push_str(&self.select("sort", "Sorted by", "time", &sorts));
        out.push_str(&self.select("order", "Order", "rising", &[("desc", "falling")]));
        out.push_str(
            "<p class=\"go\"><button type=\"submit\">Search</button> <a href=\"messages\">Clear</a></p>\n</form>\n",
        );
        out
    }

    fn select(&self, name: &str, label: &str, none: &str, options: &[(&str, &str)]) -> String {
        let chosen = self.first(name);
        let mut out = format!(
            "<p class=\"in-{name}\"><label for=\"f-{name}\">{label}</label><select id=\"f-{name}\" name=\"{name}\">\
             <option value=\"\">{none}</option>"
        );
        for (value, words) in options.iter().filter(|(value, _)| *value != none) {
            let is = if *value == chosen { " selected" } else { "" };
            out.push_str(&format!("<option value=\"{}\"{is}>{}</option>", html(value), html(words)));
        }
        out.push_str("</select></p>\n");
        out
    }
}
