mod crash;
mod forgery;
mod once;
mod outcomes;
