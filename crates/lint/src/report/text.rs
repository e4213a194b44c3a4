use std::fmt::Write as _;

use super::Report;
use crate::finding::Finding;

impl Report {
    /// The report for a person: by object, the worst first.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut last = None;
        for finding in &self.findings {
            if last != Some(&finding.object) {
                let gap = if last.is_some() { "\n" } else { "" };
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{gap}{}", finding.object);
                last = Some(&finding.object);
            }
            push(&mut text, finding);
        }
        if last.is_some() {
            text.push('\n');
        }
        self.push_end(&mut text);
        text
    }

    fn push_end(&self, text: &mut String) {
        let (summary, seen) = (&self.summary, &self.looked_at);
        let parts = [
            Some(counted(summary.errors, "error")),
            Some(counted(summary.warnings, "warning")),
            Some(counted(summary.notes, "note")),
            (summary.allowed > 0).then(|| format!("{} allowed", summary.allowed)),
            (summary.hidden > 0).then(|| format!("{} not shown", summary.hidden)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let _ = writeln!(
            text,
            "{} in database {} on PostgreSQL {}: looked at {}, {}, {}, {}, {}",
            parts.join(", "),
            self.database,
            self.server,
            counted(seen.tables, "table"),
            counted(seen.views, "view"),
            match seen.policies {
                1 => "1 policy".to_owned(),
                policies => format!("{policies} policies"),
            },
            counted(seen.definer_functions, "definer function"),
            counted(seen.login_roles, "login"),
        );
        let tenant = &self.tenant;
        let _ = match &tenant.column {
            Some(column) => {
                let tables = counted(tenant.tables, "table");
                let how = match tenant.chosen_by {
                    "option" => format!("given; on {tables}"),
                    _ => format!("guessed: the one that most tables have; on {tables}"),
                };
                writeln!(text, "tenant column: {column} ({how})")
            }
            None => writeln!(
                text,
                "tenant column: none found, so that the rules about it found nothing; name it with --tenant-column"
            ),
        };
    }
}

fn push(text: &mut String, finding: &Finding) {
    let _ = writeln!(
        text,
        "  {:8}{}  {}",
        finding.severity, finding.rule, finding.finding
    );
    let _ = writeln!(text, "          why   {}", finding.why);
    let _ = writeln!(text, "          mend  {}", finding.mend);
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
