//! The pool, scoped transactions, migrations, embedded cluster and job queue. Lets no SQL run outside a scope.
