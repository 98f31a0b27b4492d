//! Times as people type them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::model::time::Timestamp;

/// Reads RFC 3339, a date, a date and time, `today`, `yesterday`, `now`, `2h ago`, `-3h`.
/// `zone` holds for what has none; `now` is the time of the call.
pub(super) fn parse(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<Timestamp, String> {
    let text = text.trim();
    let lower = text.to_lowercase();
    let at = |t: DateTime<Utc>| Timestamp(t.timestamp_millis());
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Ok(at(exact.with_timezone(&Utc)));
    }
    if lower == "now" {
        return Ok(at(now));
    }
    if let Some(date) = day(text, zone, now) {
        return local(date.and_time(NaiveTime::MIN), zone).map(at);
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    if let Some(time) = forms.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok()) {
        return local(time, zone).map(at);
    }
    let back = lower.strip_suffix("ago").or_else(|| lower.strip_prefix('-'));
    if let Some(Ok(span)) = back.map(|b| humantime::parse_duration(b.trim())) {
        let then = chrono::Duration::from_std(span).ok().and_then(|d| now.checked_sub_signed(d));
        return then.map(at).ok_or_else(|| format!("'{text}' lies too far back"));
    }
    Err(format!("'{text}' is no time; use 2026-03-10, 2026-03-10T09:00:00Z, yesterday, '2h ago' or -3h"))
}

/// Reads a date, `today` or `yesterday`.
fn day(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<NaiveDate> {
    let today = now.with_timezone(&zone).date_naive();
    match text.to_lowercase().as_str() {
        "today" => Some(today),
        "yesterday" => today.checked_sub_days(Days::new(1)),
        _ => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
    }
}

/// Reads a day, or two with `..` between them for all from the one to the other: from the first moment on, up to the
/// first that is out again.
pub(super) fn days(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<(Timestamp, Timestamp), String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let read = |text: &str| {
        day(text.trim(), zone, now).ok_or_else(|| {
            format!("'{text}' is no day; use 2026-03-10, yesterday, today or 2026-03-02..2026-03-08")
        })
    };
    let (first, last) = (read(first)?, read(last)?);
    if last < first {
        return Err(format!("'{text}' ends before it begins"));
    }
    let at =
        |date: NaiveDate| local(date.and_time(NaiveTime::MIN), zone).map(|t| Timestamp(t.timestamp_millis()));
    let next = last.checked_add_days(Days::new(1)).ok_or_else(|| format!("'{text}' lies too far ahead"))?;
    Ok((at(first)?, at(next)?))
}

/// A local time; of two that a change of clocks makes, the earlier, and of none the first after the gap.
fn local(time: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, String> {
    let found = zone.from_local_datetime(&time).earliest();
    let after = || zone.from_local_datetime(&(time + chrono::Duration::hours(1))).earliest();
    found
        .or_else(after)
        .map(|t| t.with_timezone(&Utc))
        .ok_or_else(|| format!("{time} does not exist in {zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = DateTime::parse_from_rfc3339("2026-03-10T09:30:00Z").unwrap().with_timezone(&Utc);
        for (text, zone, want) in [
            ("2026-03-10T09:00:00+01:00", Tz::UTC, "2026-03-10T08:00:00.000Z"),
            ("2026-03-10", Tz::UTC, "2026-03-10T00:00:00.000Z"),
            ("2026-03-10", Tz::Europe__Berlin, "2026-03-09T23:00:00.000Z"),
            ("2026-03-10 09:15", Tz::Europe__Berlin, "2026-03-10T08:15:00.000Z"),
            ("yesterday", Tz::UTC, "2026-03-09T00:00:00.000Z"),
            ("TODAY", Tz::UTC, "2026-03-10T00:00:00.000Z"),
            ("2h ago", Tz::UTC, "2026-03-10T07:30:00.000Z"),
            ("-3h", Tz::UTC, "2026-03-10T06:30:00.000Z"),
            ("-1h 30m", Tz::UTC, "2026-03-10T08:00:00.000Z"),
        ] {
            assert_eq!(parse(text, zone, now).unwrap().to_string(), want, "{text}");
        }
        let span = |text, zone| {
            days(text, zone, now).map(|(from, to)| format!("{from} {to}").replace(":00.000Z", ""))
        };
        assert_eq!(span("today", Tz::UTC).unwrap(), "2026-03-10T00:00 2026-03-11T00:00");
        // A day on which the clocks go forward has 23 hours.
        assert_eq!(span("2026-03-29", Tz::Europe__Berlin).unwrap(), "2026-03-28T23:00 2026-03-29T22:00");
        assert_eq!(span("2026-03-02..2026-03-08", Tz::UTC).unwrap(), "2026-03-02T00:00 2026-03-09T00:00");
        assert!(span("2026-03-08..2026-03-02", Tz::UTC).unwrap_err().contains("ends before it begins"));
        assert!(span("2h ago", Tz::UTC).is_err());
        assert!(parse("soon", Tz::UTC, now).is_err());
        assert!(parse("2026-02-30", Tz::UTC, now).is_err());
    }
}
