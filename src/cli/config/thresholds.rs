//! The table `[thresholds]`: numbers that findings depend on.

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::super::document::Document;
use super::super::options::Usage;
use super::{in_order, sort};
use crate::findings::thresholds::{NUMBERS, Number, Thresholds};
use crate::model::threshold::Setting;

/// Names at least so like the one asked for are suggested.
const NEAR: f64 = 0.85;

/// What the table says, and the rest as it is by default.
pub(super) fn read(document: &Document, value: &Spanned<DeValue<'_>>) -> Result<Thresholds, Usage> {
    let DeValue::Table(table) = value.get_ref() else {
        let what = format!(
            "thresholds is one table: a line [thresholds], in one bracket, and below it lines such as \
             loop-laps = 3; this is {}",
            sort(value.get_ref())
        );
        return Err(document.complaint(value.span().start, &what));
    };
    let mut out = Thresholds::default();
    for (name, value) in in_order(table) {
        let written = name.get_ref().as_ref();
        let number = NUMBERS.iter().find(|n| n.key() == written);
        let number = number.ok_or_else(|| unknown(document, name, written))?;
        let (least, most) = number.range();
        let setting = setting(value.get_ref(), least).filter(|s| (least..=most).contains(s));
        let setting = setting.ok_or_else(|| wrong(document, number, value))?;
        number.set(&mut out, setting);
    }
    Ok(out)
}

/// What was written, if it is of the sort that is wanted.
fn setting(value: &DeValue<'_>, like: Setting) -> Option<Setting> {
    let number = match (like, value) {
        (Setting::Count(_), DeValue::Integer(n)) => u64::from_str_radix(n.as_str(), n.radix()).ok()?,
        (Setting::Time(_), DeValue::String(text)) => {
            let time = humantime::parse_duration(text.trim()).ok()?;
            u64::try_from(time.as_millis()).ok()?
        }
        (Setting::Size(_), DeValue::String(text)) => parse_size::parse_size(text.trim()).ok()?,
        _ => return None,
    };
    Some(like.with(number))
}

fn wrong(document: &Document, number: &Number, value: &Spanned<DeValue<'_>>) -> Usage {
    let (least, most) = number.range();
    let usual = number.of(&Thresholds::default());
    let wanted = match least {
        Setting::Count(_) => format!("a whole number without quotes from {least} to {most}, such as {usual}"),
        Setting::Time(_) => format!("a time in quotes from {least} to {most}, such as \"{usual}\""),
        Setting::Size(_) => format!("a size in quotes from {least} to {most}, such as \"{usual}\""),
    };
    let is = match (value.get_ref(), least) {
        (DeValue::String(text), Setting::Time(_) | Setting::Size(_)) => format!("'{text}'"),
        (DeValue::Integer(n), Setting::Count(_)) => n.to_string(),
        (other, _) => sort(other).to_owned(),
    };
    document.complaint(value.span().start, &format!("{} must be {wanted}; this is {is}", number.key()))
}

fn unknown(document: &Document, name: &Spanned<DeString<'_>>, written: &str) -> Usage {
    let asked = written.to_lowercase().replace(['_', ' '], "-");
    let keys = || NUMBERS.iter().map(Number::key);
    let like = |key: &String| strsim::jaro_winkler(&asked, key);
    let mut near: Vec<String> = keys().filter(|key| like(key) >= NEAR).collect();
    near.sort_by(|a, b| like(b).total_cmp(&like(a)));
    near.truncate(3);
    let hint = if near.is_empty() {
        format!("Expected: {}", keys().collect::<Vec<_>>().join(", "))
    } else {
        format!("Did you mean {}?", near.join(", "))
    };
    document.complaint(name.span().start, &format!("no threshold is called '{written}'. {hint}"))
}
