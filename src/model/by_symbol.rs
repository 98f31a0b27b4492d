//! Something for each of many texts, found without hashing: symbols are numbers without large gaps.

use super::name::Symbol;

/// A value for each symbol; what was never asked for has its default.
#[derive(Clone, Debug)]
pub struct BySymbol<T>(Vec<T>);

impl<T> Default for BySymbol<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone + Default> BySymbol<T> {
    /// The value of a symbol, to be changed.
    #[inline]
    pub fn at(&mut self, symbol: Symbol) -> &mut T {
        let at = symbol.0 as usize;
        if at >= self.0.len() {
            self.grow(at);
        }
        #[expect(clippy::indexing_slicing, reason = "the line above has made room for it")]
        &mut self.0[at]
    }

    #[cold]
    fn grow(&mut self, at: usize) {
        self.0.resize(at + at / 8 + 64, T::default());
    }

    /// The value of a symbol, if there is room for one.
    pub fn get(&self, symbol: Symbol) -> Option<&T> {
        self.0.get(symbol.0 as usize)
    }

    /// All symbols there is room for, and their values.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &T)> {
        (0u32..).map(Symbol).zip(&self.0)
    }

    /// Brings in another's values: `merge` adds one to that of the same symbol here.
    pub fn merge(&mut self, other: Self, mut merge: impl FnMut(&mut T, T)) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), T::default());
        }
        self.0.iter_mut().zip(other.0).for_each(|(mine, value)| merge(mine, value));
    }
}
