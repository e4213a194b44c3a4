//! Passkeys, by an authenticator of the control's own: one is made in a control organisation and attacked.

mod authenticator;

use std::time::Duration;

use broker::protocol::{Answer, Call, PasskeyAnswer, PasskeyAsked, PasskeyPurpose, SessionToBegin};
use broker::socket::CallError;
use kernel::{PasskeyId, Scope, SessionId, TokenHash};
use sqlx::Executor as _;
use trust::{Control, ControlSession, Found};

use self::authenticator::{Authenticator, Lie};
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.passkeys",
    "ID-02",
    "The web process's login can neither ask for a passkey nor say that one was right, and the broker refuses one that is replayed, signed for another site, by another key or behind its counter, or that signs in alone without having asked who is there.",
);

/// What the web process's login would have to call.
const CLAIMS: [&str; 5] = [
    "select identity.begin_passkey('prove', sha256('control'))",
    "select identity.take_passkey_challenge('prove', sha256('control'))",
    "select identity.add_passkey(gen_random_uuid(), 'control', '', 'control', '{}', 0, false, false)",
    "select identity.passkey_given(gen_random_uuid(), 1, false)",
    "select identity.sign_in_by_passkey(gen_random_uuid(), ctx.person(), 1, false, null)",
];

/// Another round that has a passkey at this moment is soon over.
const TURNS: u32 = 20;
const TURN: Duration = Duration::from_millis(150);
const OFF: &str = "identity.passkeys_off";

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What a round leaves behind.
#[derive(Default)]
struct Made {
    sessions: Vec<SessionId>,
    passkeys: Vec<PasskeyId>,
}

async fn look(context: &Context) -> Look {
    let half = trust::half_control_session(&context.db).await?;
    let mut made = Made::default();
    made.sessions.push(half.session);
    let found = attack(context, &half, &mut made).await;
    trust::sweep_controls(&context.db, &made.sessions, &[]).await?;
    trust::sweep_control_passkeys(&context.db, &made.passkeys).await?;
    found
}

async fn attack(context: &Context, half: &ControlSession, made: &mut Made) -> Look {
    let mut front = context.as_front().await?;
    let bind = format!(
        "begin; select ctx.bind_half_session('\\x{}')",
        half.hash.to_hex()
    );
    for claim in CLAIMS {
        let got = refusal(&mut front, format!("{bind}; {claim}")).await;
        front.execute("rollback").await?;
        if got.as_deref() != Some("42501") {
            fail!("the web process's login could run: {claim} ({got:?})");
        }
    }
    let refused = format!("{} ways to claim a passkey by SQL refused", CLAIMS.len());
    let mut authenticator = Authenticator::new(context.db.chance())?;
    match add(context, half, &mut authenticator).await? {
        Added::Yes(passkey) => made.passkeys.push(passkey),
        Added::Off => {
            return Ok(Found::Pass(format!(
                "{refused}; this server is reached by its IP address, and the broker makes no challenges"
            )));
        }
        Added::No(why) => return Ok(Found::Error(format!("no passkey could be made: {why}"))),
    }
    let tried = lies(context, half, &mut authenticator, made).await?;
    Ok(match tried {
        Ok(count) => Found::Pass(format!(
            "{refused}; the broker took 2 right answers of a passkey and refused {count} wrong ones"
        )),
        Err(why) => Found::Fail(why),
    })
}

enum Added {
    Yes(PasskeyId),
    Off,
    No(String),
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

async fn add(
    context: &Context,
    half: &ControlSession,
    authenticator: &mut Authenticator,
) -> Result<Added, Failed> {
    let scope = Scope::HalfSession(half.hash);
    let mut why = String::new();
    for _ in 0..TURNS {
        let purpose = PasskeyPurpose::Add;
        match begin(context, &scope, purpose).await {
            Ok(asked) => {
                let answer = authenticator.make(&asked, Lie::None);
                let added = context.broker.call(&scope, Call::AddPasskey { answer });
                match added.await? {
                    Answer::PasskeyAdded { passkey } => return Ok(Added::Yes(passkey)),
                    other => return Ok(Added::No(format!("{other:?}"))),
                }
            }
            Err(CallError::Failed(failure)) if failure.code == OFF => return Ok(Added::Off),
            Err(CallError::Failed(failure)) => why = failure.code,
            Err(other) => return Err(other.into()),
        }
        tokio::time::sleep(TURN).await;
    }
    Ok(Added::No(why))
}

/// Tells each lie, and the truth in between. How many lies were refused, or which was believed.
async fn lies(
    context: &Context,
    half: &ControlSession,
    authenticator: &mut Authenticator,
    made: &mut Made,
) -> Result<Result<usize, String>, Failed> {
    let attempt = Attempt {
        context,
        session: Scope::Session(half.hash),
    };
    let mut refused = 0;
    for (what, lie) in [
        ("for another site's page", Lie::Origin),
        ("signed for another site", Lie::Party),
        ("by another key", Lie::Signature),
    ] {
        authenticator.count += 1;
        let asked = begin(context, &attempt.session, PasskeyPurpose::Prove).await?;
        if attempt.prove(authenticator.answer(&asked, lie)).await? {
            return Ok(Err(format!("an answer {what} was taken")));
        }
        refused += 1;
    }
    let asked = begin(context, &attempt.session, PasskeyPurpose::Prove).await?;
    authenticator.count += 1;
    let right = authenticator.answer(&asked, Lie::None);
    if !attempt.prove(right.clone()).await? {
        return Err("a right answer was refused: nothing is shown by the others".into());
    }
    if attempt.prove(right).await? {
        return Ok(Err("an answer was taken twice: replayed".to_owned()));
    }
    let asked = begin(context, &Scope::Anonymous, PasskeyPurpose::SignIn).await?;
    authenticator.count += 1;
    let unverified = Lie::Unverified;
    if attempt
        .sign_in(authenticator.answer(&asked, unverified), made)
        .await?
    {
        return Ok(Err(
            "somebody whom the authenticator did not check was signed in".to_owned(),
        ));
    }
    let asked = begin(context, &Scope::Anonymous, PasskeyPurpose::SignIn).await?;
    if !attempt
        .sign_in(authenticator.answer(&asked, Lie::None), made)
        .await?
    {
        return Err("a right answer was refused: nothing is shown by the others".into());
    }
    // The same count again: a copy would say so.
    let asked = begin(context, &Scope::Anonymous, PasskeyPurpose::SignIn).await?;
    if attempt
        .sign_in(authenticator.answer(&asked, Lie::None), made)
        .await?
    {
        return Ok(Err("a passkey behind its counter signed in".to_owned()));
    }
    Ok(Ok(refused + 3))
}

async fn begin(
    context: &Context,
    scope: &Scope,
    purpose: PasskeyPurpose,
) -> Result<PasskeyAsked, CallError> {
    match context
        .broker
        .call(scope, Call::BeginPasskey { purpose })
        .await?
    {
        Answer::PasskeyAsked(asked) => Ok(*asked),
        _ => Err(CallError::Unexpected),
    }
}

struct Attempt<'a> {
    context: &'a Context,
    session: Scope,
}

impl Attempt<'_> {
    async fn prove(&self, answer: PasskeyAnswer) -> Result<bool, CallError> {
        let call = Call::GivePasskey { answer };
        taken(self.context.broker.call(&self.session, call).await)
    }

    async fn sign_in(&self, answer: PasskeyAnswer, made: &mut Made) -> Result<bool, CallError> {
        let (db, mut token) = (&self.context.db, [0; 32]);
        db.chance().fill(&mut token);
        let id = SessionId::new(db.clock().now(), db.chance());
        made.sessions.push(id);
        let session = SessionToBegin {
            id,
            // Of a token that nobody has.
            token: TokenHash::from_digest(token).into(),
            client: "countersign verify".to_owned(),
            address: "local".to_owned(),
            device_hash: vec![0; 32].into(),
            lifetime_seconds: 60,
        };
        let call = Call::SignInByPasskey { answer, session };
        taken(self.context.broker.call(&Scope::Anonymous, call).await)
    }
}

fn taken(answer: Result<Answer, CallError>) -> Result<bool, CallError> {
    match answer {
        Ok(Answer::PasskeyGiven | Answer::SignedInByPasskey { .. }) => Ok(true),
        Ok(_) => Err(CallError::Unexpected),
        Err(CallError::Failed(failure)) if failure.code.starts_with("identity.passkey_") => {
            Ok(false)
        }
        Err(other) => Err(other),
    }
}
