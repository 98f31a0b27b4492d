//! Something for each of many texts, found without hashing: symbols are numbers without large gaps.

use super::name::{Frozen, Symbol};

/// A value for each text of a finished table. All threads change them at once, so they are made of atomic
/// counts and extremes, which come to the same in any order.
#[derive(Debug, Default)]
pub struct BySymbol<T> {
    values: Vec<T>,
    /// What a symbol of another table would have.
    spare: T,
}

impl<T: Default> BySymbol<T> {
    /// The default for each text.
    pub fn new(names: &Frozen) -> Self {
        let values = std::iter::repeat_with(T::default).take(names.bound()).collect();
        Self { values, spare: T::default() }
    }

    /// The value of a symbol.
    pub fn at(&self, symbol: Symbol) -> &T {
        self.values.get(symbol.0 as usize).unwrap_or(&self.spare)
    }

    /// All symbols and their values.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &T)> {
        (0u32..).map(Symbol).zip(&self.values)
    }
}
