//! Something for each of many texts, found without hashing: symbols are numbers without large gaps.

use super::name::{Frozen, Symbol};

/// A value for each text of a finished table. All threads change them at once, so they are made of atomic
/// counts and extremes, which come to the same in any order.
#[derive(Debug, Default)]
pub struct BySymbol<T> {
    /// In pieces, as memory that was used before is free in pieces only.
    pieces: Vec<Vec<T>>,
    /// What a symbol of another table would have.
    spare: T,
}

/// Bytes of a piece.
const PIECE: usize = 32 << 10;

impl<T: Default> BySymbol<T> {
    /// Values in a piece.
    const EACH: usize = PIECE / size_of::<T>();

    /// The default for each text.
    pub fn new(names: &Frozen) -> Self {
        let piece = || std::iter::repeat_with(T::default).take(Self::EACH).collect();
        let pieces = names.bound().div_ceil(Self::EACH);
        Self { pieces: std::iter::repeat_with(piece).take(pieces).collect(), spare: T::default() }
    }

    /// The value of a symbol.
    pub fn at(&self, symbol: Symbol) -> &T {
        let at = symbol.0 as usize;
        self.pieces.get(at / Self::EACH).and_then(|p| p.get(at % Self::EACH)).unwrap_or(&self.spare)
    }

    /// All symbols, and some beyond them, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &T)> {
        (0u32..).map(Symbol).zip(self.pieces.iter().flatten())
    }
}
