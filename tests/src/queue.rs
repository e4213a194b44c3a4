//! The outbox and job queue, worked off as both processes do it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use db::Db;
use db::jobs::{self, ClaimedJob, NewJob, Outcome, Queue, Shift};
use kernel::{AuditEntry, JobId, OrganisationId, Scope, UserId};
use testkit::app::Options;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::eventually::eventually;
use crate::world::{World, session_hash};

/// A queue that nobody else works off, and somebody to add jobs for.
struct Desk {
    world: World,
    db: Db,
    whose: (OrganisationId, UserId),
}

impl Desk {
    async fn open() -> Self {
        let options = Options {
            without_worker: true,
            ..Options::default()
        };
        let world = World::start_with(options).await;
        let db = world.app.db("countersign_broker");
        let front = world.app.db("countersign_front");
        let mut tx = front.read(&scope(&world)).await.unwrap();
        let owner = identity::principal(&mut tx).await.unwrap();
        Self {
            whose: (owner.organisation, owner.user),
            world,
            db,
        }
    }

    async fn add(&self, kind: &'static str) {
        let mut tx = self.db.write(&scope(&self.world)).await.unwrap();
        let job = NewJob {
            id: JobId::new(self.db.clock().now(), self.db.chance()),
            organisation: self.whose.0,
            person: self.whose.1,
            queue: Queue::Broker,
            kind,
            payload: serde_json::json!({}),
        };
        jobs::enqueue(&mut tx, job).await.unwrap();
        tx.commit(AuditEntry::new("jobs.added")).await.unwrap();
    }

    fn work<F, Running>(&self, lease: Duration, run: F) -> Worker
    where
        F: Fn(Arc<ClaimedJob>) -> Running + Clone + Send + Sync + 'static,
        Running: Future<Output = Outcome> + Send + 'static,
    {
        let shift = Shift {
            lease,
            ..Shift::new(2, 2)
        };
        self.work_in(shift, run)
    }

    fn work_in<F, Running>(&self, shift: Shift, run: F) -> Worker
    where
        F: Fn(Arc<ClaimedJob>) -> Running + Clone + Send + Sync + 'static,
        Running: Future<Output = Outcome> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let db = self.db.clone();
        Worker {
            stop,
            task: tokio::spawn(async move { jobs::work(&db, shift, stopped, run).await }),
        }
    }
}

struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }
}

fn scope(world: &World) -> Scope {
    Scope::Session(session_hash(&world.owner))
}

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_slow_job_holds_no_other_back_and_is_carried_to_its_end_at_a_stop() {
    let desk = Desk::open().await;
    let (begun, go_on, quick) = (
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
    );
    let ended = Arc::new(AtomicU32::new(0));
    let told = (
        Arc::clone(&begun),
        Arc::clone(&go_on),
        Arc::clone(&quick),
        Arc::clone(&ended),
    );
    let worker = desk.work(Duration::from_mins(1), move |job| {
        let (begun, go_on, quick, ended) = told.clone();
        async move {
            if job.kind == "tests.slow" {
                begun.notify_one();
                go_on.notified().await;
                ended.fetch_add(1, Ordering::Relaxed);
            } else {
                quick.notify_one();
            }
            Outcome::Done
        }
    });
    desk.add("tests.slow").await;
    begun.notified().await;
    desk.add("tests.quick").await;
    tokio::time::timeout(PATIENCE, quick.notified())
        .await
        .expect("the quick job waited for the slow one");
    let mut stopping = tokio::spawn(worker.stop());
    let early = tokio::time::timeout(Duration::from_millis(100), &mut stopping).await;
    assert!(early.is_err(), "it stopped in the middle of a job");
    go_on.notify_one();
    stopping.await.unwrap();
    assert_eq!(ended.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_organisation_has_no_more_under_way_than_its_share() {
    let desk = Desk::open().await;
    let (now, most, ended) = (
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicU32::new(0)),
    );
    let counts = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&ended));
    for _ in 0..5 {
        desk.add("tests.slow").await;
    }
    let worker = desk.work_in(Shift::new(4, 2), move |_| {
        let (now, most, ended) = counts.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(200)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            ended.fetch_add(1, Ordering::SeqCst);
            Outcome::Done
        }
    });
    eventually("all jobs have ended", async || {
        (ended.load(Ordering::SeqCst) >= 5).then_some(())
    })
    .await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_outlasts_its_lease_is_not_run_by_anybody_else_while_its_process_lives() {
    let desk = Desk::open().await;
    let runs = Arc::new(AtomicU32::new(0));
    let run = {
        let runs = Arc::clone(&runs);
        move |job: Arc<ClaimedJob>| {
            let runs = Arc::clone(&runs);
            async move {
                // Mails wait in the same queue.
                runs.fetch_add(u32::from(job.kind == "tests.slow"), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(4)).await;
                Outcome::Done
            }
        }
    };
    let lease = Duration::from_secs(1);
    let workers = [desk.work(lease, run.clone()), desk.work(lease, run)];
    desk.add("tests.slow").await;
    eventually("the job is done", async || desk.done().await.then_some(())).await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_job_that_every_process_died_over_ends_as_abandoned() {
    let desk = Desk::open().await;
    desk.add("tests.deadly").await;
    desk.world
        .fate(
            "update jobs.jobs set state = 'running', attempts = most_attempts,
                    lease_until = now() - interval '1 second'",
        )
        .await;
    jobs::sweep(&desk.db).await.unwrap();
    let abandoned = desk
        .world
        .fate("update jobs.jobs set payload = payload where state = 'failed' and error_code = 'jobs.abandoned'
                  and kind like 'tests.%'")
        .await;
    assert_eq!(abandoned, 1);
}

impl Desk {
    async fn done(&self) -> bool {
        let ended =
            "update jobs.jobs set payload = payload where state = 'done' and kind like 'tests.%'";
        self.world.fate(ended).await == 1
    }
}
