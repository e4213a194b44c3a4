//! Parts that view structs are made of.

mod external_url;
mod field_errors;
mod pages;
mod tone;

pub use external_url::ExternalUrl;
pub use field_errors::FieldErrors;
pub use pages::Pages;
pub use tone::Tone;
