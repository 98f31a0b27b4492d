//! Columns as Arrow arrays.

use polars_arrow::array::{
    ArrayRef, BinaryViewArray, BooleanArray, ListArray, MutableBinaryViewArray, PrimitiveArray, StructArray,
    Utf8ViewArray,
};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_arrow::offset::Offsets;

use super::TableError;

/// Texts while they are gathered. Bytes that are no UTF-8 become U+FFFD.
#[derive(Debug)]
pub(super) struct Texts(MutableBinaryViewArray<[u8]>);

impl Default for Texts {
    fn default() -> Self {
        Self(MutableBinaryViewArray::new())
    }
}

impl Texts {
    pub(super) fn push(&mut self, text: Option<&[u8]>) {
        match text {
            Some(text) => self.0.push_value(text),
            None => self.0.push_null(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(self) -> ArrayRef {
        // All at once is quicker than one by one, and nearly all texts are UTF-8.
        let bytes: BinaryViewArray = self.0.freeze();
        bytes.to_utf8view().unwrap_or_else(|_| readable(&bytes)).boxed()
    }
}

fn readable(bytes: &BinaryViewArray) -> Utf8ViewArray {
    let mut texts = MutableBinaryViewArray::<str>::with_capacity(bytes.len());
    for text in bytes {
        texts.push(text.map(String::from_utf8_lossy));
    }
    texts.freeze()
}

/// Texts, all at once.
pub(super) fn texts<'t>(all: impl Iterator<Item = Option<&'t [u8]>>) -> ArrayRef {
    let mut texts = Texts(MutableBinaryViewArray::with_capacity(all.size_hint().0));
    all.for_each(|text| texts.push(text));
    texts.finish()
}

/// Whole numbers.
pub(super) fn numbers(all: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    all.collect::<PrimitiveArray<i64>>().boxed()
}

/// Times, in milliseconds since 1970.
pub(super) fn times(all: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    utc(all.collect())
}

/// Numbers that are times.
pub(super) fn utc(all: PrimitiveArray<i64>) -> ArrayRef {
    all.to(ArrowDataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))).boxed()
}

/// Flags.
pub(super) fn flags(all: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    all.collect::<BooleanArray>().boxed()
}

/// Lists: how long each is, null for none, and the elements of all.
pub(super) fn lists(
    lengths: impl Iterator<Item = Option<usize>>,
    elements: ArrayRef,
) -> Result<ArrayRef, TableError> {
    let (lengths, present): (Vec<usize>, Vec<bool>) =
        lengths.map(|length| (length.unwrap_or(0), length.is_some())).unzip();
    let offsets = Offsets::<i64>::try_from_lengths(lengths.into_iter())?;
    let kind = ListArray::<i64>::default_datatype(elements.dtype().clone());
    Ok(ListArray::try_new(kind, offsets.into(), elements, validity(&present))?.boxed())
}

/// Records: their fields, and which of them are there.
pub(super) fn records(
    fields: Vec<(&'static str, ArrayRef)>,
    present: Option<&[bool]>,
) -> Result<ArrayRef, TableError> {
    let length = fields.first().map_or(0, |(_, array)| array.len());
    let kind = fields.iter().map(|(name, array)| Field::new((*name).into(), array.dtype().clone(), true));
    let kind = ArrowDataType::Struct(kind.collect());
    let arrays = fields.into_iter().map(|(_, array)| array).collect();
    Ok(StructArray::try_new(kind, length, arrays, present.and_then(validity))?.boxed())
}

fn validity(present: &[bool]) -> Option<Bitmap> {
    present.contains(&false).then(|| present.iter().copied().collect())
}
