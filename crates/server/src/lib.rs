//! The binary countersign: command line, configuration, wiring.
