//! Charts as SVG, made on the server from plain figures.
//!
//! Promises: pure functions; no inline style; text never scales with the width of the window;
//! colour never tells something alone; each chart has a name, a description and, on its page, the
//! same figures as a table.

mod cycle_times;
mod process_map;
mod scale;
mod share_bar;
mod weeks;

pub use cycle_times::{CycleTimes, CycleTimesChart};
pub use process_map::{Activity, Detail, Flow, Legend, ProcessMap, Transition, process_map};
pub use share_bar::ShareBar;
pub use weeks::{Week, WeeksChart};
