//! ID-02.

use super::{falls_with, instead};

#[tokio::test]
async fn id_02_falls_when_a_password_proves_who_has_a_second_factor() {
    for function in ["identity.prove_password", "identity.count_password"] {
        let lenient = instead(function, "identity.has_factor(ctx.person())", "false");
        falls_with("identity.second_factor", &lenient, function).await;
    }
}
