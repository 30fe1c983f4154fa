//! Properties of exact ratios.

use super::*;
use crate::oracle::ratio as oracle;
use num_traits::ToPrimitive;
use std::cmp::Ordering;

fn third(count: u64) -> Exact {
    Exact::ratio(count, 3)
}

#[test]
fn three_times_two_thirds_has_ceiling_two() {
    let sum: Exact = [third(2), third(2), third(2)].iter().sum();
    assert_eq!(sum.ceil(), Some(2));
}

#[test]
fn quotients_carry_28_significant_digits_half_to_even() {
    assert_eq!(third(1).to_string(), "0.3333333333333333333333333333");
    assert_eq!(third(200).to_string(), "66.66666666666666666666666667");
    assert_eq!(
        Exact::ratio(1, 3_000_000).to_string().len(),
        "0.000000".len() + 28
    );
    // 28 digits, then a 5: the even neighbour, below and above.
    let half = |text: &str| {
        let tenth = Exact::ratio(1, 10_000_000_000_000_000_000);
        let tenth = &tenth * &Exact::ratio(1, 10_000_000_000);
        (&Exact::whole(text.parse().expect("digits")) * &tenth).to_string()
    };
    assert_eq!(
        half("12345678901234567890123456785"),
        "0.1234567890123456789012345678"
    );
    assert_eq!(
        half("12345678901234567890123456775"),
        "0.1234567890123456789012345678"
    );
}

#[test]
fn finite_decimals_print_whole() {
    assert_eq!(Exact::ratio(21_833_375, 100_000).to_string(), "218.33375");
    assert_eq!(Exact::ratio(1_000_000, 1).to_string(), "1000000");
    assert_eq!((&Exact::ZERO - &Exact::ratio(5, 100)).to_string(), "-0.05");
    assert_eq!(Exact::ZERO.to_string(), "0");
}

#[test]
fn huge_numbers_neither_overflow_nor_lose_digits() {
    let huge = Exact::whole(u128::MAX);
    let square = &huge * &huge;
    assert_eq!(square.over(&huge), Some(huge.clone()));
    assert_eq!(square.over(&square), Some(Exact::ONE));
    assert_eq!((&square - &square).to_string(), "0");
    // (2^128 - 1)^2 = 1.157920892373161954235709850E77 to 28 digits.
    assert!(
        square
            .to_string()
            .starts_with("1157920892373161954235709850")
    );
    assert_eq!(square.to_string().len(), 78);
    assert_eq!(square.rounded_up(), square);
    let above = &square + &Exact::ratio(1, 3);
    assert_eq!(above.ceil(), None);
    assert_eq!(above.rounded_up(), &square + &Exact::ONE);
}

/// The same sums, products and quotients with and without balls have the same answers.
#[test]
fn long_ratios_answer_as_big_integers_do() {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 24
    };
    let mut value = Exact::ratio(next(), 7);
    for round in 0..3000 {
        let other = Exact::ratio(next() % 1_000_003 + 1, next() % 997 + 1);
        value = match round % 5 {
            0 => &value * &other,
            1 => &value + &other,
            2 => value.over(&other).expect("other is positive"),
            3 => (&value - &other).max(other),
            _ => &value * &Exact::ratio(1, next() % 89 + 1),
        };
        let plain = Exact::known(value.big().into_owned());
        assert_eq!(
            value.floor(),
            Some(oracle(&value).floor().to_integer().to_u128().expect("fits"))
        );
        assert_eq!(
            value.ceil(),
            Some(oracle(&value).ceil().to_integer().to_u128().expect("fits"))
        );
        assert_eq!(value.cmp(&plain), Ordering::Equal);
        let (digits, scale) = digits::of_big(&value.big());
        let mut text = String::new();
        digits::push(&mut text, false, digits, scale);
        assert_eq!(DigitBuffer::new().format(&value), text);
        assert!(value < &plain + &Exact::ratio(1, u64::MAX));
        if round % 50 == 49 {
            value = Exact::ratio(next(), next() + 1);
        }
    }
}

/// Ratios at and near the limits of machine words, machine integers and balls.
fn edges() -> Vec<Exact> {
    let mut numbers: Vec<u128> = vec![1, 2, 3, 7, 10, 1000, 1769, 2_628_000_000];
    for bits in [63, 64, 126] {
        numbers.extend([(1 << bits) - 1, 1 << bits, (1 << bits) + 1]);
    }
    let over = |top: &u128, bottom: &u128| Exact::whole(*top).over(&Exact::whole(*bottom));
    let ratios = |top| numbers.iter().filter_map(move |bottom| over(top, bottom));
    let mut edges: Vec<Exact> = numbers.iter().flat_map(ratios).collect();
    let long = |ratio: &Exact| &(ratio * &edges[edges.len() - 2]) * &third(1);
    let longs: Vec<Exact> = edges.iter().step_by(17).map(long).collect();
    edges.extend(longs);
    edges.push(Exact::ZERO);
    edges.extend((0..3).map(|count| &Exact::ZERO - &third(count)));
    edges
}

#[test]
fn shortcuts_answer_as_big_integers_do() {
    let edges = edges();
    for (place, left) in edges.iter().enumerate() {
        let (mantissa, scale) = digits::of_big(&left.big());
        let mut text = String::new();
        digits::push(&mut text, *left < Exact::ZERO, mantissa, scale);
        assert_eq!(DigitBuffer::new().format(left), text, "{left:?}");
        for right in edges.iter().skip(place % 41).step_by(41) {
            let (one, other) = (&oracle(left), &oracle(right));
            assert_eq!(left.cmp(right), one.cmp(other), "{left:?} {right:?}");
            assert_eq!(oracle(&(left + right)), one + other, "{left:?} {right:?}");
            assert_eq!(oracle(&(left - right)), one - other, "{left:?} {right:?}");
            let times = (!right.is_zero()).then(|| (one / other).floor().to_integer().to_u128());
            assert_eq!(
                left.whole_times(right),
                times.flatten(),
                "{left:?} {right:?}"
            );
        }
    }
}

#[test]
fn money_is_shown_with_halves_away_from_zero() {
    assert_eq!(Exact::ratio(21_833_375, 100_000).to_fixed(2), "218.33");
    assert_eq!(Exact::ratio(1, 8).to_fixed(2), "0.13");
    assert_eq!((&Exact::ZERO - &Exact::ratio(1, 8)).to_fixed(2), "-0.13");
    assert_eq!(Exact::ratio(1, 1000).to_fixed(2), "0.00");
    assert_eq!(Exact::ratio(1999, 1000).to_fixed(0), "2");
}

#[test]
fn division_by_zero_has_no_result() {
    assert_eq!(Exact::ONE.over(&Exact::ZERO), None);
}

#[test]
fn long_numbers_compare_with_zero() {
    let huge = &Exact::whole(u128::MAX) * &Exact::whole(u128::MAX);
    let below = &Exact::ZERO - &huge;
    assert_eq!(huge.cmp(&Exact::ZERO), Ordering::Greater);
    assert_eq!(Exact::ZERO.cmp(&huge), Ordering::Less);
    assert_eq!(below.cmp(&Exact::ZERO), Ordering::Less);
    assert_eq!(Exact::ZERO.cmp(&below), Ordering::Greater);
    assert_eq!(below.max(Exact::ZERO), Exact::ZERO);
}

#[test]
fn powers_are_summed() {
    assert_eq!(Exact::ratio(1, 2).sum_of_powers(0), Exact::ONE);
    assert_eq!(Exact::ratio(1, 2).sum_of_powers(3), Exact::ratio(15, 8));
    assert_eq!(Exact::ONE.sum_of_powers(100), Exact::from(101u32));
    assert_eq!(Exact::ZERO.sum_of_powers(7), Exact::ONE);
}
