//! The build under test stops at an overflow and at a broken assertion: else no other test would see
//! either. The profile is `dev` of Cargo.toml.

use std::hint::black_box;

#[test]
#[should_panic(expected = "attempt to add with overflow")]
fn overflow_stops_this_build() {
    black_box(black_box(u64::MAX) + black_box(1));
}

#[test]
#[should_panic(expected = "a price of -1")]
fn broken_assertions_stop_this_build() {
    use lambdacost::{
        exact::Exact,
        internals::{money::Rate, units::GbSecond},
    };
    Rate::<GbSecond>::new(&Exact::ZERO - &Exact::ONE);
}
