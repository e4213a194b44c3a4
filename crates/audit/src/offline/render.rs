use std::fmt;

use time::format_description::well_known::Rfc3339;

use super::{CheckedCheckpoint, Finding, InsertedBecause, Outcome, Report, RowName, Standing};

/// The report as text for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.outcome {
            Outcome::Ok => "ok: every row is as it was signed",
            Outcome::Failed => "FAILED: the log is not what was signed",
            Outcome::Error => "could not be checked",
        };
        writeln!(f, "Audit log {}: {verdict}", self.log)?;
        if let Some(problem) = &self.problem {
            writeln!(f, "  {} ({})", problem.message, problem.code)?;
        }
        writeln!(f, "  {} rows against {} leaves", self.rows, self.leaves)?;
        for (count, what) in [
            (
                self.uncovered,
                "leaves are not covered by a checkpoint that holds",
            ),
            (self.unsequenced, "rows are too young to have a place yet"),
            (self.withheld, "leaves have their rows withheld"),
        ] {
            if count > 0 {
                writeln!(f, "  {count} {what}")?;
            }
        }
        for checkpoint in &self.checkpoints {
            writeln!(f, "  {checkpoint}")?;
        }
        for (number, finding) in self.findings.iter().enumerate() {
            writeln!(f, "{:>4}. {finding}", number + 1)?;
        }
        let left_out = self.counts.values().sum::<u64>() - self.findings.len() as u64;
        if left_out > 0 {
            writeln!(f, "      and {left_out} more")?;
        }
        Ok(())
    }
}

impl fmt::Display for CheckedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "checkpoint {}", self.label)?;
        if let Some(size) = self.size {
            write!(f, " over {size} entries")?;
        }
        f.write_str(match self.standing {
            Standing::Holds => ": holds",
            Standing::RootDiffers => ": well signed, but the log gives another root",
            Standing::LogShorter => ": well signed, but the log is shorter",
            Standing::Refused => ": refused",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCheckpoint {
                label,
                code,
                message,
            } => {
                write!(f, "Bad checkpoint {label}: {message} ({code})")
            }
            Self::Rollback {
                label,
                checkpoint_size,
                log_size,
            } => write!(
                f,
                "Rolled back: checkpoint {label} signs {checkpoint_size} entries, the log has \
                 {log_size}"
            ),
            Self::RewrittenTree {
                label,
                from,
                until,
                suspects,
            } => {
                write!(
                    f,
                    "Rewritten: between index {from} and {} ",
                    until.saturating_sub(1)
                )?;
                write!(f, "the hashes are not those that checkpoint {label} signs")?;
                suspects.iter().try_for_each(|id| write!(f, ", {id}"))
            }
            Self::DamagedNode { level, index } => write!(
                f,
                "Damaged: the stored node {index} of level {level} is not what the leaves below it \
                 give"
            ),
            Self::AlteredRow {
                row,
                recorded,
                recomputed,
            } => write!(
                f,
                "Altered: {row}\n      recorded hash {recorded}\n      hash of row   {recomputed}"
            ),
            Self::RemovedRow {
                index,
                recorded,
                after,
                before,
            } => {
                write!(f, "Removed: the row at index {index}")?;
                after.iter().try_for_each(|id| write!(f, ", after {id}"))?;
                before
                    .iter()
                    .try_for_each(|id| write!(f, ", before {id}"))?;
                write!(f, "\n      recorded hash {recorded}")
            }
            Self::InsertedRow { row, because } => write!(f, "Inserted: {row}, {because}"),
            Self::MisplacedRow { row, belongs } => {
                write!(f, "Misplaced: {row} was recorded at index {belongs}")
            }
        }
    }
}

impl fmt::Display for InsertedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlaceTaken => "whose place belongs to another row",
            Self::PastTheEnd => "whose place is past the end of the log",
            Self::NeverSequenced => "which is old and never got a place in the log",
        })
    }
}

impl fmt::Display for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if let Some(index) = self.index {
            write!(f, " at index {index}")?;
        }
        // Years past 9999 have no RFC 3339 text.
        self.at
            .format(&Rfc3339)
            .map_or(Ok(()), |at| write!(f, " ({at})"))
    }
}
