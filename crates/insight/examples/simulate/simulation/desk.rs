use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::calendar::{DAY, HOUR, MINUTE, after_work, next_board, next_working, weekday};
use super::dice::Dice;

/// One event of the log.
pub(crate) struct Happened {
    pub(crate) case: u32,
    pub(crate) time_s: i64,
    pub(crate) activity: &'static str,
    /// The number of the agent; `None` for what no person does.
    pub(crate) agent: Option<u32>,
}

/// 2025-01-06, a Monday.
const FIRST_DAY: i64 = 20_094 * DAY;
/// 2025-09-30 at the end of work: what would happen later is not in the log.
const END: i64 = 20_361 * DAY + 17 * HOUR;
/// 2025-06-02: the second specialist starts.
const SECOND_SPECIALIST: i64 = 20_241 * DAY;

/// Steps that wait in the queue of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Triage,
    Investigate,
    Analyse,
    Approve,
    Deploy,
    Reopen,
    Close,
}

type Waiting = Reverse<(i64, u32, Step)>;

struct Desk {
    dice: Dice,
    queue: BinaryHeap<Waiting>,
    /// When each agent, by number, is free again.
    free_at: [i64; 13],
    happened: Vec<Happened>,
}

const TRIAGE: &[u32] = &[1, 2];
const FIRST_LINE: &[u32] = &[3, 4, 5, 6, 7];
const SPECIALISTS: &[u32] = &[8, 9];
const CHANGE_MANAGER: u32 = 10;
const DEPLOYERS: &[u32] = &[11, 12];

/// The whole log: cases in the order of their arrival, events of a case in the order of time.
pub(crate) fn run() -> Vec<Happened> {
    let mut desk = Desk {
        dice: Dice::new(2_025),
        queue: BinaryHeap::new(),
        free_at: [0; 13],
        happened: Vec::new(),
    };
    desk.free_at[9] = SECOND_SPECIALIST;
    desk.arrivals();
    while let Some(Reverse((ready, case, step))) = desk.queue.pop() {
        if ready < END {
            desk.work(ready, case, step);
        }
    }
    let mut happened = desk.happened;
    happened.retain(|event| event.time_s <= END);
    // Stable: events of one case at one time stay as they happened.
    happened.sort_by_key(|event| (event.case, event.time_s));
    happened
}

impl Desk {
    fn arrivals(&mut self) {
        let mut times = Vec::new();
        for day in (FIRST_DAY..END).step_by(86_400) {
            for _ in 0..self.tickets_on(day) {
                let in_hours = i64::from(6 * 60 + self.dice.below(13 * 60)) * MINUTE;
                times.push(day + in_hours + i64::from(self.dice.below(60)));
            }
        }
        times.sort_unstable();
        for (case, time) in (1..).zip(times) {
            self.note(case, time, "Receive ticket", None);
            self.queue.push(Reverse((time, case, Step::Triage)));
        }
    }

    /// Few at weekends, many on Mondays, a release in March, a quiet August.
    fn tickets_on(&mut self, day: i64) -> u32 {
        let often = match weekday(day) {
            0 => 50,
            1..=3 => 39,
            4 => 32,
            _ => 4,
        };
        let often = match (day - FIRST_DAY) / (7 * DAY) {
            8..=11 => often * 3 / 2,
            29..=33 => often * 2 / 3,
            _ => often,
        };
        // Ten independent chances make about a Poisson number.
        (0..10)
            .filter(|_| self.dice.percent(often))
            .count()
            .try_into()
            .unwrap_or(0)
    }

    fn note(&mut self, case: u32, time_s: i64, activity: &'static str, agent: Option<u32>) {
        self.happened.push(Happened {
            case,
            time_s,
            activity,
            agent,
        });
    }

    /// Whoever of these is free first does it; gives the agent and when it is done.
    fn done_by(&mut self, agents: &[u32], ready: i64, median_s: i64) -> (u32, i64) {
        let free = |agent: &&u32| self.free_at[**agent as usize];
        let agent = agents.iter().min_by_key(free).copied().unwrap_or(1);
        let start = next_working(ready.max(self.free_at[agent as usize]));
        let done = after_work(start, self.dice.around(median_s));
        self.free_at[agent as usize] = done;
        (agent, done)
    }

    fn work(&mut self, ready: i64, case: u32, step: Step) {
        match step {
            Step::Triage => self.triage(ready, case),
            Step::Investigate => self.investigate(ready, case),
            Step::Analyse => self.analyse(ready, case),
            Step::Approve => {
                self.note(case, ready, "Approve change", Some(CHANGE_MANAGER));
                self.queue.push(Reverse((ready, case, Step::Deploy)));
            }
            Step::Deploy => {
                let (agent, done) = self.done_by(DEPLOYERS, ready, 2 * HOUR);
                self.note(case, done, "Deploy fix", Some(agent));
                self.resolve(case, done, agent);
            }
            Step::Reopen => {
                self.note(case, ready, "Reopen ticket", None);
                self.queue.push(Reverse((ready, case, Step::Investigate)));
            }
            Step::Close => self.note(case, ready, "Close ticket", None),
        }
    }

    fn triage(&mut self, ready: i64, case: u32) {
        let (agent, done) = self.done_by(TRIAGE, ready, 25 * MINUTE);
        self.note(case, done, "Triage", Some(agent));
        if self.dice.percent(6) {
            self.note(case, done + 2 * MINUTE, "Reject as duplicate", Some(agent));
        } else {
            self.queue.push(Reverse((done, case, Step::Investigate)));
        }
    }

    fn investigate(&mut self, ready: i64, case: u32) {
        // Tickets are not all that the first line does: it picks one up between other work.
        let picked_up = after_work(ready, self.dice.around(2 * HOUR));
        let (agent, done) = self.done_by(FIRST_LINE, picked_up, 70 * MINUTE);
        self.note(case, done, "Investigate", Some(agent));
        match self.dice.below(100) {
            0..20 => {
                let asked = done + 5 * MINUTE;
                self.note(case, asked, "Ask requester", Some(agent));
                let answered = after_work(asked, self.dice.around(9 * HOUR));
                self.note(case, answered, "Requester replies", None);
                self.queue
                    .push(Reverse((answered, case, Step::Investigate)));
            }
            20..37 => {
                let escalated = done + 8 * MINUTE;
                self.note(case, escalated, "Escalate", Some(agent));
                self.queue.push(Reverse((escalated, case, Step::Analyse)));
            }
            _ => self.resolve(case, done, agent),
        }
    }

    fn analyse(&mut self, ready: i64, case: u32) {
        let specialists = if ready < SECOND_SPECIALIST {
            &SPECIALISTS[..1]
        } else {
            SPECIALISTS
        };
        let (agent, done) = self.done_by(specialists, ready, 6 * HOUR);
        self.note(case, done, "Analyse", Some(agent));
        if self.dice.percent(50) {
            let asked = done + 15 * MINUTE;
            self.note(case, asked, "Request change", Some(agent));
            let minutes = i64::from(5 + self.dice.below(50)) * MINUTE;
            self.queue
                .push(Reverse((next_board(asked) + minutes, case, Step::Approve)));
        } else {
            self.resolve(case, done, agent);
        }
    }

    fn resolve(&mut self, case: u32, done: i64, agent: u32) {
        let resolved = done + i64::from(3 + self.dice.below(15)) * MINUTE;
        self.note(case, resolved, "Resolve ticket", Some(agent));
        if self.dice.percent(5) {
            let reopened = after_work(resolved, self.dice.around(10 * HOUR));
            if reopened < resolved + 5 * DAY {
                self.queue.push(Reverse((reopened, case, Step::Reopen)));
                return;
            }
        }
        let delay = 5 * DAY + i64::from(self.dice.below(90));
        self.queue
            .push(Reverse((resolved + delay, case, Step::Close)));
    }
}
