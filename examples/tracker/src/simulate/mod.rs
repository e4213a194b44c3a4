//! A simulated half year of a small team's work. Promise: the same start time gives the same
//! history, and nobody in it is a real person or customer.
//!
//! The team is simulated, not its figures: four developers and two reviewers take work from queues.
//! Reviewers are nearly fully used and one is away for a while, so issues wait in review, and how
//! long they wait follows from that.

mod agenda;
mod calendar;
mod dice;
mod team;
mod words;

use time::OffsetDateTime;

use crate::history::History;
use crate::store::State;
use calendar::Calendar;
use dice::Dice;
use team::Team;

/// Any number does; with this one, work waits in every status at the end.
const SEED: u64 = 10;

/// The history of the half year before `now`.
pub(crate) fn simulate(now: OffsetDateTime) -> State {
    let mut history = History::default();
    Team::new(&mut history, Calendar::before(now), Dice::new(SEED)).work();
    State {
        simulated: true,
        history,
        ..State::default()
    }
}

#[cfg(test)]
mod tests;
