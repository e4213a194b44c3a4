use super::Access;

/// An extractor that says who may pass: [`crate::Can`] or [`crate::Public`].
pub(crate) trait Guard {
    const ACCESS: Access;
}

/// The argument list of a handler whose first extractor is a [`Guard`].
///
/// axum describes a handler `async fn(A, B)` by the type `(M, A, B)`. Only lists that begin with a
/// guard are `Guarded`, and [`super::Routes`] takes no other: a handler without a permission is a
/// type error at the line that mounts it (AC-02).
pub(crate) trait Guarded {
    const ACCESS: Access;
}

macro_rules! guarded {
    ($($rest:ident),*) => {
        impl<M, G: Guard, $($rest),*> Guarded for (M, G, $($rest,)*) {
            const ACCESS: Access = G::ACCESS;
        }
    };
}

guarded!();
guarded!(A);
guarded!(A, B);
guarded!(A, B, C);
guarded!(A, B, C, D);
