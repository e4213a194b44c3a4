mod imap;
mod letters;
mod scripted;
mod smtp;
