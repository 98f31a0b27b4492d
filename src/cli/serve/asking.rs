//! What an address asks for: fields of its query, by the names of the flags.

use axum::extract::Query;
use axum::http::Uri;

use super::super::inquiry::asked::Asked;
use super::failure::Failure;
use super::shown::Shown;
use crate::model::finding::Evidence;
use crate::output::served::list::Field;
use crate::pipeline::Sort;

/// Names and values, as they stand in the address.
pub(super) type Pairs = Vec<Field>;

/// Fields of a list of messages.
const FIELDS: [&str; 12] = [
    "text",
    "sender",
    "recipient",
    "connector",
    "decision",
    "server",
    "finding",
    "since",
    "until",
    "sort",
    "order",
    "page",
];

/// Reads a query.
pub(super) fn pairs(uri: &Uri) -> Result<Pairs, Failure> {
    let read = Query::<Pairs>::try_from_uri(uri);
    read.map(|Query(pairs)| pairs).map_err(|_| Failure::bad("What stands behind the ? cannot be read."))
}

/// A page of a list of messages.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub asked: Asked,
    /// From 1.
    pub page: usize,
    /// What was filled in, without the page.
    pub fields: Vec<Field>,
}

impl Wanted {
    /// Of fields; those that are empty ask for nothing, as a form sends them.
    pub(super) fn of(pairs: Pairs, shown: &Shown) -> Result<Self, Failure> {
        let (mut asked, mut page, mut seen) = (Asked::default(), 1, Vec::new());
        let filled: Vec<Field> = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        for (name, value) in &filled {
            let once = !matches!(name.as_str(), "sender" | "recipient" | "connector" | "server");
            if once && seen.contains(name) {
                return Err(Failure::bad(format!("{name} stands there twice.")));
            }
            seen.push(name.clone());
            let value = value.trim();
            match name.as_str() {
                "text" => asked.text = Some(value.to_owned()),
                "sender" => asked.sender.push(value.to_owned()),
                "recipient" => asked.recipient.push(value.to_owned()),
                "connector" => asked.connector.push(value.to_owned()),
                "decision" => asked.decision.push(value.to_owned()),
                "server" => asked.server.push(value.to_owned()),
                "finding" => asked.finding = Some(finding(value, shown)?),
                "since" => asked.since = Some(value.to_owned()),
                "until" => asked.until = Some(value.to_owned()),
                "sort" => asked.sort = sort(value)?,
                "order" => asked.reversed = falls(value)?,
                "page" => page = number(name, value)? as usize,
                _ => {
                    let all = FIELDS.join(", ");
                    return Err(Failure::bad(format!("There is no field '{name}'; there are {all}.")));
                }
            }
        }
        if page == 0 {
            return Err(Failure::bad("Pages are counted from 1."));
        }
        let fields = filled.into_iter().filter(|(name, _)| name != "page").collect();
        Ok(Self { asked, page, fields })
    }
}

fn finding(value: &str, shown: &Shown) -> Result<usize, Failure> {
    let place = shown.findings.iter().position(|id| id == value);
    place.ok_or_else(|| Failure::missing("The logs, as they were read last, show no such finding."))
}

fn sort(value: &str) -> Result<Sort, Failure> {
    Sort::ALL.into_iter().find(|sort| sort.as_str() == value).ok_or_else(|| {
        let all = Sort::ALL.map(Sort::as_str).join(", ");
        Failure::bad(format!("sort: '{value}' is none; they are: {all}."))
    })
}

fn falls(value: &str) -> Result<bool, Failure> {
    match value {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(Failure::bad(format!("order: '{value}' is none; they are: asc, desc."))),
    }
}

fn number(name: &str, value: &str) -> Result<u64, Failure> {
    value.parse().map_err(|_| Failure::bad(format!("{name}: '{value}' is no number.")))
}

/// The one value of each of these fields, and of no other.
fn only<const N: usize>(pairs: &Pairs, names: [&str; N]) -> Result<[String; N], Failure> {
    if let Some((other, _)) = pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        return Err(Failure::bad(format!("There is no field '{other}'; there are {}.", names.join(", "))));
    }
    let mut out = std::array::from_fn(|_| String::new());
    for (name, out) in names.iter().zip(&mut out) {
        let mut values = pairs.iter().filter(|(n, _)| n == name);
        *out = match (values.next(), values.next()) {
            (Some((_, value)), None) if !value.trim().is_empty() => value.clone(),
            _ => return Err(Failure::bad(format!("{name} must be there, once."))),
        };
    }
    Ok(out)
}

/// The id of a message.
pub(super) fn id(pairs: &Pairs) -> Result<String, Failure> {
    only(pairs, ["id"]).map(|[id]| id)
}

/// The place of a row.
pub(super) fn place(pairs: &Pairs) -> Result<Evidence, Failure> {
    let [file, line, offset] = only(pairs, ["file", "line", "offset"])?;
    Ok(Evidence { file, line: number("line", &line)?, offset: number("offset", &offset)? })
}
