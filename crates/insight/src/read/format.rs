use super::csv::Mapping;
use super::error::ReadError;
use super::window::Window;

/// How a file is to be understood. Compression is recognised in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Format {
    /// XES if the first character is `<`, else CSV with columns guessed from their names.
    #[default]
    Auto,
    /// XES, and an error if it is not.
    Xes,
    /// CSV with a header row.
    Csv(Mapping),
}

impl Format {
    /// What the name of a file promises: `.xes`, `.xml` and `.csv`, `.tsv`, `.txt`, each also with
    /// `.gz`; anything else is [`Auto`](Self::Auto).
    pub fn of_file_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.') {
            Some((_, "xes" | "xml")) => Self::Xes,
            Some((_, "csv" | "tsv" | "txt")) => Self::Csv(Mapping::default()),
            _ => Self::Auto,
        }
    }
}

pub(super) enum Guess {
    Xes,
    Csv,
}

/// Looks at the first character that is not white space.
pub(super) fn guess(window: &mut Window<'_>) -> Result<Guess, ReadError> {
    loop {
        match window
            .rest()
            .iter()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace())
        {
            Some(b'<') => return Ok(Guess::Xes),
            Some(_) => return Ok(Guess::Csv),
            None if window.more()? => {}
            None => return Err(ReadError::Empty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_format() {
        assert_eq!(Format::of_file_name("a.xes.gz"), Format::Xes);
        assert_eq!(Format::of_file_name("A.XES"), Format::Xes);
        assert_eq!(
            Format::of_file_name("a.b.csv"),
            Format::Csv(Mapping::default())
        );
        assert_eq!(Format::of_file_name("log"), Format::Auto);
        assert_eq!(Format::of_file_name("log.gz"), Format::Auto);
    }
}
