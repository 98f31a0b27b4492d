//! Which column holds what: bound by name from a `#Fields` line, by width only where there is none.

use std::collections::BTreeSet;

use crate::model::column::{ALL, COLUMNS, Column};

const ABSENT: u8 = u8::MAX;
/// Of so many columns the names are kept; no release has a third of them.
pub const NAMED: usize = ABSENT as usize;
/// What all columns behind these are called together.
pub const FAR: &str = "columns 256 and on";

/// The places of the documented columns in one file, or one part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    places: [u8; COLUMNS],
    /// For each documented column, how many of those documented behind it follow it side by side.
    reach: [u8; COLUMNS],
    width: usize,
    /// Columns that are none of ours, with names of which none is twice.
    others: Vec<(usize, String)>,
}

impl Schema {
    /// From a `#Fields: a,b,c` line. `None` if it is no such line or names none of our columns.
    /// Names are compared without case, `_` is read as `-`, and columns not known keep their place.
    pub fn from_header(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        let (key, list) = line.split_at_checked(memchr::memchr(b':', line)?)?;
        if !key.eq_ignore_ascii_case(b"#Fields") {
            return None;
        }
        let list = list.get(1..)?.trim_ascii();
        let mut schema =
            Self { places: [ABSENT; COLUMNS], reach: [0; COLUMNS], width: 0, others: Vec::new() };
        let mut taken = BTreeSet::from([FAR.to_owned()]);
        for heading in list.split(|b| *b == b',') {
            let heading = heading.trim_ascii();
            let name: Vec<u8> =
                heading.iter().map(|b| if *b == b'_' { b'-' } else { b.to_ascii_lowercase() }).collect();
            let name = if name == b"date-time-utc" { &b"date-time"[..] } else { &name };
            let found = ALL.iter().position(|(_, known)| known.as_bytes() == name);
            if let (Some(slot), Ok(place)) =
                (found.and_then(|i| schema.places.get_mut(i)), u8::try_from(schema.width))
                && *slot == ABSENT
                && place != ABSENT
            {
                *slot = place;
            } else if schema.width < NAMED {
                schema.others.push((schema.width, other_name(heading, schema.width, &mut taken)));
            }
            schema.width += 1;
        }
        schema.reach = reach(&schema.places);
        (schema.has(Column::DateTime) && schema.has(Column::EventId)).then_some(schema)
    }

    /// The documented list of a release, known by its number of columns: 21 (2007), 26 (2010),
    /// 27 (2013), 30 (2016 to SE).
    pub fn by_width(width: usize) -> Option<Self> {
        let mut places = [ABSENT; COLUMNS];
        let mut place = 0u8;
        for (slot, (column, _)) in places.iter_mut().zip(ALL) {
            let there = match width {
                21 => column as u8 <= Column::MessageInfo as u8 && column != Column::NetworkMessageId,
                26 => column as u8 <= Column::CustomData as u8 && column != Column::NetworkMessageId,
                27 => column as u8 <= Column::CustomData as u8,
                30 => true,
                _ => return None,
            };
            if there {
                *slot = place;
                place += 1;
            }
        }
        Some(Self { reach: reach(&places), places, width, others: Vec::new() })
    }

    /// How many columns a record has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Where a column stands.
    #[inline]
    pub fn place(&self, column: Column) -> Option<usize> {
        let place = self.places.get(column as usize).copied().unwrap_or(ABSENT);
        (place != ABSENT).then_some(place as usize)
    }

    /// Where a column and another one stand, if these and all documented between them stand side by
    /// side, in the documented order.
    #[inline]
    pub fn places_of_run(&self, first: Column, last: Column) -> Option<(usize, usize)> {
        let steps = (last as u8).checked_sub(first as u8)?;
        let place = self.place(first)?;
        let reach = self.reach.get(first as usize).copied()?;
        (steps <= reach).then_some((place, place + steps as usize))
    }

    /// Whether this schema has the column.
    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    /// The columns that are none of ours, up to [`NAMED`]: place and name.
    pub fn others(&self) -> impl Iterator<Item = (usize, &str)> {
        self.others.iter().map(|(place, name)| (*place, name.as_str()))
    }

    /// The release whose documented list has this width, for people.
    pub fn release(&self) -> &'static str {
        match self.width {
            21 => "2007",
            26 => "2010",
            27 => "2013",
            30 => "2016-SE",
            _ => "other",
        }
    }
}

/// From the last column to the first: one more than the next, if the next stands right behind it.
fn reach(places: &[u8; COLUMNS]) -> [u8; COLUMNS] {
    let mut out = [0; COLUMNS];
    let (mut next, mut run) = (ABSENT, 0);
    for (slot, place) in out.iter_mut().zip(places).rev() {
        run = if *place < ABSENT - 1 && place + 1 == next { run + 1 } else { 0 };
        (*slot, next) = (run, *place);
    }
    out
}

/// What a column that is none of ours is called: as the header says, and by its place if that is
/// nothing or was there before.
fn other_name(heading: &[u8], place: usize, taken: &mut BTreeSet<String>) -> String {
    let mut name = match heading {
        b"" => nameless(place),
        heading => String::from_utf8_lossy(heading).into_owned(),
    };
    while !taken.insert(name.clone()) {
        name = format!("{name} ({})", nameless(place));
    }
    name
}

fn nameless(place: usize) -> String {
    format!("column {}", place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_the_releases() {
        for (width, last) in [
            (21, Column::MessageInfo),
            (26, Column::CustomData),
            (27, Column::CustomData),
            (30, Column::SchemaVersion),
        ] {
            let schema = Schema::by_width(width).unwrap();
            assert_eq!(schema.place(last), Some(width - 1));
            assert_eq!(schema.width(), width);
            assert_eq!(schema.has(Column::NetworkMessageId), width >= 27);
        }
        assert_eq!(Schema::by_width(28), None);
    }

    #[test]
    fn a_header_binds_by_name_whatever_the_order() {
        let s = Schema::from_header(b"#fields: event-id,Date_Time_UTC,shoe-size,message_id\r\n").unwrap();
        assert_eq!(
            (s.place(Column::DateTime), s.place(Column::EventId), s.place(Column::MessageId)),
            (Some(1), Some(0), Some(3))
        );
        assert_eq!(s.width(), 4);
        assert_eq!(s.place(Column::Subject), None);
        assert_eq!(Schema::from_header(b"#Fields: a,b"), None);
        let others: Vec<_> = s.others().collect();
        assert_eq!(others, [(2, "shoe-size")]);
        assert_eq!(Schema::from_header(b"#Version: 15"), None);
    }

    #[test]
    fn a_run_is_of_columns_side_by_side() {
        let (first, last) = (Column::ClientIp, Column::ServerHostname);
        for width in [21, 26, 27, 30] {
            assert_eq!(Schema::by_width(width).unwrap().places_of_run(first, last), Some((1, 4)));
        }
        let run = |header: &str, first, last| {
            Schema::from_header(format!("#Fields: {header}").as_bytes()).unwrap().places_of_run(first, last)
        };
        let asked = "event-id,date-time,client-ip,client-hostname,server-ip,server-hostname";
        assert_eq!(run(asked, first, last), Some((2, 5)));
        assert_eq!(run(asked, Column::DateTime, last), Some((1, 5)));
        assert_eq!(run(asked, last, last), Some((5, 5)));
        assert_eq!(run(asked, last, first), None);
        assert_eq!(run(asked, last, Column::SourceContext), None);
        let swapped = "date-time,event-id,client-hostname,client-ip,server-ip,server-hostname";
        assert_eq!(run(swapped, first, last), None);
        let between = "date-time,event-id,client-ip,client-hostname,note,server-ip,server-hostname";
        assert_eq!(run(between, first, last), None);
        assert_eq!(run(between, Column::ServerIp, last), Some((5, 6)));
    }

    #[test]
    fn columns_that_are_none_of_ours_have_one_name_each() {
        let far = ",x".repeat(300);
        let line = format!("#Fields: date-time,event-id,Note,,note,Note,event_id,column 4,{FAR}{far}");
        let s = Schema::from_header(line.as_bytes()).unwrap();
        let names: Vec<&str> = s.others().map(|(_, name)| name).collect();
        let far = format!("{FAR} (column 9)");
        assert_eq!(
            names[..8],
            ["Note", "column 4", "note", "Note (column 6)", "event_id", "column 4 (column 8)", &far, "x"]
        );
        assert!(s.others().map(|(place, _)| place).eq(2..NAMED));
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
