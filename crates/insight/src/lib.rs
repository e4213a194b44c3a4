//! Event logs, imports and process statistics. Sees no body.
//!
//! Promises: reading is a stream bounded by [`Limits`], ends in a whole [`EventLog`] or in an error
//! that names the line, and never panics whatever the file holds; statistics are pure functions of
//! the log, with every definition beside its field.

mod instant;
mod limits;
mod log;
mod map;
mod read;
pub mod report;
mod statistics;
mod store;
mod stored;

pub use limits::{Bound, Limits};
pub use log::{Case, EventLog, LogBuilder, Names, ReadNotes, Refusal};
pub use map::{MapEdge, MapNode, ProcessMap, process_map};
pub use read::{ColumnRole, DateOrder, Format, Mapping, OnProgress, Progress, ReadError, read_log};
pub use statistics::{
    ActivityCount, Bottleneck, BottleneckKind, Edge, Little, Percentiles, Rework, ReworkStep,
    State, Statistics, TOP_VARIANTS, Variant, Week, statistics, variants,
};
pub use stored::{
    AppendError, GrowingLog, Highlight, LogState, NewEvent, NewLog, NewLogError, Original,
    ReadBackError, SaveError, Source, StoredLog, create_log, fail_log, go_on, highlights,
    interrupt, log, logs, note_alive, note_progress, original, publish, read_back, remove_log,
    save_log, sweep,
};
