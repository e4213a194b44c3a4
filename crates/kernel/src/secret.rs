use std::any::type_name;
use std::fmt;

use zeroize::Zeroize;

/// A value that must not leak: no `Display`, `Serialize`, `Clone` or `PartialEq`; `Debug` prints
/// the type alone; the memory is wiped on drop. [`Secret::expose`] is the one reader, so that a
/// search for it lists every place where plaintext is touched.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of a plaintext value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The plaintext, for the one line that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>", type_name::<T>())
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<'de, T: Zeroize + serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_holds_the_value() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret<alloc::string::String>");
        assert_eq!(secret.expose(), "hunter2");
    }
}
