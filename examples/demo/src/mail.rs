use aws_lc_rs::rand;

/// An address that nobody has, under a domain that cannot exist (RFC 2606).
pub fn unused_address() -> String {
    let mut random = [0_u8; 6];
    // Without randomness the address is taken, and the sign-in says so.
    let _ = rand::fill(&mut random);
    format!("owner-{}@demo.example", hex::encode(random))
}
