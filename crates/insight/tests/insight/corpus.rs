//! Small bad files, one fault each, and what a person is told about them.

use std::fs;
use std::path::PathBuf;

use insight::{Format, Limits};

use crate::support::{read_from, refusal};

#[test]
fn every_bad_file_is_refused_with_its_line_and_what_to_do() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 30);
    let told = files.iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(path).unwrap();
        let format = Format::of_file_name(name);
        let (code, line, message) =
            refusal(read_from(bytes.as_slice(), &format, &Limits::default()));
        assert!(
            message.starts_with(&format!("line {line}")),
            "{name}: {message}"
        );
        format!("{name}\n  {message} [{code}]\n")
    });
    insta::assert_snapshot!(told.collect::<String>());
}
