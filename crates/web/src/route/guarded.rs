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

#[cfg(test)]
mod tests {
    use super::Guarded;
    use crate::extract::{Id, Json, Visitor};
    use crate::route::Access;
    use crate::route::permission::PeopleRead;
    use crate::{Can, Public};

    /// Two ways to `here` where `T` is [`Guarded`], so that naming it is ambiguous and does not
    /// compile; one where it is not.
    trait NotGuarded<A> {
        fn here() {}
    }
    impl<T> NotGuarded<()> for T {}
    impl<T: Guarded> NotGuarded<Access> for T {}

    #[test]
    fn ac_02_a_handler_without_a_guard_in_front_cannot_be_mounted() {
        // These compile: their argument lists are not `Guarded`.
        <((),) as NotGuarded<_>>::here();
        <((), Json<u8>) as NotGuarded<_>>::here();
        <((), Visitor) as NotGuarded<_>>::here();
        <((), Id<u8>, Can<PeopleRead>) as NotGuarded<_>>::here();
    }

    #[test]
    fn the_guard_in_front_says_who_may() {
        assert_eq!(<((), Public)>::ACCESS, Access::Public);
        let people = Access::Permission("people.read");
        assert_eq!(<((), Can<PeopleRead>, Json<u8>)>::ACCESS, people);
    }
}
