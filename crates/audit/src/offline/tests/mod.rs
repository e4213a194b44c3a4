mod bundles;
mod mutations;
mod reports;
mod rewritten;
