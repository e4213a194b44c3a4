mod api;
mod forged_context;
mod tables;
mod tenant;
