use sqlx::Error;

/// What may be told of a database's error: never the statement, a parameter, or the server's own
/// sentence, which quotes values (`invalid input syntax for type uuid: "…"`).
pub(crate) fn database_error(error: &Error) -> String {
    match error {
        Error::Database(error) => {
            let state = error.code().unwrap_or_default();
            let told = match error.constraint() {
                Some(constraint) => format!("SQLSTATE {state}, constraint {constraint}"),
                None => format!("SQLSTATE {state}"),
            };
            match meaning(&state) {
                Some(meaning) => format!("the database refused: {meaning} ({told})"),
                None => format!("the database refused ({told})"),
            }
        }
        Error::Io(error) => format!("the connection to the database failed: {}", error.kind()),
        Error::PoolTimedOut => "no connection to the database became free in time".to_owned(),
        Error::PoolClosed => "the connections to the database are closed".to_owned(),
        Error::Tls(error) => format!("the database's TLS failed: {error}"),
        Error::Configuration(error) => format!("the database's address does not hold: {error}"),
        Error::RowNotFound => "the database has no such row".to_owned(),
        Error::ColumnNotFound(_) | Error::ColumnDecode { .. } | Error::Decode(_) => {
            "the database's answer was not of the expected form".to_owned()
        }
        _ => "the database failed".to_owned(),
    }
}

/// What an operator can do something about.
fn meaning(state: &str) -> Option<&'static str> {
    Some(match state {
        "28P01" => "wrong password",
        "28000" => "this login may not connect",
        "3D000" => "there is no such database",
        "42501" => "this login lacks a right",
        "53100" => "the disk is full",
        "53200" => "out of memory",
        "53300" => "too many connections",
        "57P01" | "57P02" => "the server is shutting down",
        "57P03" => "the server is starting up",
        _ => return None,
    })
}
