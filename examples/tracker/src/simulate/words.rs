use super::dice::Dice;

/// What an issue says.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) kind: &'static str,
    pub(super) area: &'static str,
    pub(super) title: String,
    pub(super) body: String,
}

const AREAS: [&str; 9] = [
    "billing",
    "search",
    "import",
    "export",
    "report",
    "sign-in",
    "mail",
    "mobile",
    "dashboard",
];

const BUGS: [&str; 14] = [
    "shows the wrong time zone",
    "is slow with more than 1,000 rows",
    "loses the filter after going back",
    "fails when a name has an umlaut",
    "counts cancelled orders twice",
    "does not load on the first try",
    "cuts off the last column",
    "answers 500 when the file is empty",
    "forgets the chosen language",
    "sorts numbers as text",
    "sends the same message twice",
    "hides the error behind the spinner",
    "ignores the second page",
    "breaks on narrow screens",
];

const FEATURES: [&str; 10] = [
    "remember the last selection",
    "offer a dark theme",
    "allow several recipients",
    "show who changed a value, and when",
    "group rows by team",
    "support keyboard shortcuts",
    "warn before leaving with unsaved changes",
    "let admins set a default",
    "add a weekly summary",
    "accept drag and drop",
];

const CHORES: [&str; 8] = [
    "raise the library versions",
    "remove the old endpoint",
    "cover the empty case with tests",
    "split the largest module",
    "measure the start time",
    "document the settings",
    "move the job to the new queue",
    "drop the unused table",
];

const REVIEW_REMARKS: [&str; 6] = [
    "Please add a test for the empty case.",
    "This changes the answer for existing clients. Can it stay compatible?",
    "Works, but the query runs once for each row.",
    "The wording differs from the rest of the page.",
    "Two of the checks fail on the second run.",
    "Can this be a smaller change? The refactoring hides the fix.",
];

/// What the next issue says.
pub(super) fn issue(dice: &mut Dice) -> Text {
    let area = dice.one_of(&AREAS).unwrap_or("dashboard");
    let (kind, what) = match dice.below(100) {
        0..55 => ("bug", dice.one_of(&BUGS)),
        55..82 => ("feature", dice.one_of(&FEATURES)),
        _ => ("chore", dice.one_of(&CHORES)),
    };
    let what = what.unwrap_or("needs attention");
    let title = match kind {
        "bug" => format!("{} {what}", capitalised(area)),
        _ => format!("{}: {what}", capitalised(area)),
    };
    let body = body(dice, kind, area, what);
    Text {
        kind,
        area,
        title,
        body,
    }
}

/// Descriptions name customers, addresses and phone numbers, as real ones do: whoever reads the
/// tracker's metadata must be able to show that these never arrive. The addresses are under
/// example.com (RFC 2606), and the numbers are in the range that is kept free for fiction.
fn body(dice: &mut Dice, kind: &str, area: &str, what: &str) -> String {
    let customer = dice.below(300);
    match kind {
        "bug" => format!(
            "customer-{customer:03} reports that {area} {what}.\n\n\
             Contact: customer-{customer:03}@example.com, +1 555 01{:02}.\n\n\
             Steps: open {area}, repeat what the customer did, compare with the expected result.\n\
             (Simulated.)",
            customer % 100
        ),
        "feature" => format!(
            "In {area}: {what}. Asked for by customer-{customer:03} and {} others.\n\
             (Simulated.)",
            2 + dice.below(12)
        ),
        _ => format!("In {area}: {what}. No change that a customer would notice.\n(Simulated.)"),
    }
}

/// What a reviewer writes who is not content.
pub(super) fn review_remark(dice: &mut Dice) -> String {
    dice.one_of(&REVIEW_REMARKS).unwrap_or_default().to_owned()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
