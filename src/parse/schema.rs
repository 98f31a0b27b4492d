//! Which column holds what: bound by name from a `#Fields` line, by width only where there is none.

use crate::model::column::{ALL, COLUMNS, Column};

const ABSENT: u8 = u8::MAX;

/// The places of the documented columns in one file, or one part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    places: [u8; COLUMNS],
    width: usize,
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
        let mut schema = Self { places: [ABSENT; COLUMNS], width: 0 };
        for name in list.split(|b| *b == b',') {
            let name: Vec<u8> = name
                .trim_ascii()
                .iter()
                .map(|b| if *b == b'_' { b'-' } else { b.to_ascii_lowercase() })
                .collect();
            let name = if name == b"date-time-utc" { &b"date-time"[..] } else { &name };
            let found = ALL.iter().position(|(_, known)| known.as_bytes() == name);
            if let (Some(slot), Ok(place)) =
                (found.and_then(|i| schema.places.get_mut(i)), u8::try_from(schema.width))
                && *slot == ABSENT
                && place != ABSENT
            {
                *slot = place;
            }
            schema.width += 1;
        }
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
        Some(Self { places, width })
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

    /// Whether this schema has the column.
    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
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
        assert_eq!(Schema::from_header(b"#Version: 15"), None);
    }
}
