//! Templates and one view struct per page.
//!
//! Promises: knows neither HTTP nor SQL; every value is escaped by the template engine; no page has
//! an inline style, an inline handler or a script without the nonce.
//!
//! How to add a page:
//! 1. `templates/<room>/<page>.html`: `{% extends "layout/app.html" %}`, blocks `title` and `content`.
//! 2. `src/<room>/<page>.rs`: a struct of plain data with a field `page: Page`, deriving `Template`.
//! 3. Build it from the macros of `templates/component/` and the parts of `crate::component`.
//! 4. `examples/gallery/<room>.rs`: the page in each of its states, all text through `Ink`.
//! 5. `cargo nextest run -p ui`, then `cargo run -p ui --example gallery -- DIR`, and look at it.

pub mod access;
pub mod approvals;
pub mod assets;
pub mod audit;
pub mod chart;
pub mod component;
pub mod connectors;
mod filters;
pub mod format;
pub mod identity;
pub mod insight;
pub mod mail;
pub mod oauth;
pub mod overview;
mod page;
pub mod problem;
pub mod trust;

pub use askama::Template;
pub use page::{Flash, Nav, NavGroup, NavItem, OtherOrganisation, Page, Verification, Viewer};
