//! Pages of Parquet files, packed. Polars packs too, but sets up zstd anew for each page and leaves each with the
//! memory that it would need if it could not be packed, which was a tenth of the time of a table.

use std::io;

use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::page::{CompressedDictPage, DataPage, DictPage};
use polars_parquet::write::{CompressedDataPage, CompressedPage, Page};
use zstd::bulk::Compressor;

/// How hard zstd tries.
pub(super) const EFFORT: i32 = 1;

/// Packs pages one after the other.
pub(super) struct Packer {
    zstd: Compressor<'static>,
    /// What the last page was packed into.
    room: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { zstd: Compressor::new(EFFORT)?, room: Vec::new() })
    }

    pub(super) fn pack(&mut self, page: Page) -> io::Result<CompressedPage> {
        Ok(match page {
            Page::Data(page) => CompressedPage::Data(self.data(&page)?),
            Page::Dict(page) => CompressedPage::Dict(self.dictionary(&page)?),
        })
    }

    fn data(&mut self, page: &DataPage) -> io::Result<CompressedDataPage> {
        // Of the second version of Parquet the levels would have to stay as they are; files here are of the first.
        let bytes = self.bytes(page.buffer())?;
        let (header, kind) = (page.header().clone(), page.descriptor.clone());
        let rows = page
            .num_rows()
            .ok_or_else(|| io::Error::other("a page that does not say how many rows it has"))?;
        Ok(CompressedDataPage::new(header, bytes, Compression::Zstd, page.buffer().len(), kind, rows))
    }

    fn dictionary(&mut self, page: &DictPage) -> io::Result<CompressedDictPage> {
        let (size, values) = (page.buffer.len(), page.num_values);
        let bytes = self.bytes(&page.buffer)?;
        Ok(CompressedDictPage::new(bytes, Compression::Zstd, size, values, page.is_sorted))
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<CowBuffer> {
        self.room.clear();
        self.room.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        self.zstd.compress_to_buffer(bytes, &mut self.room)?;
        Ok(CowBuffer::Owned(self.room.as_slice().to_vec()))
    }
}
