//! Exact numbers at and beyond the bounds of machine integers, compared with figures worked out by hand
//! and with num-rational.

use exact::Exact;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

fn negative(value: &Exact) -> Exact {
    &Exact::ZERO - value
}

fn inverse(value: &Exact) -> Exact {
    Exact::ONE.over(value).expect("a divisor that is not zero")
}

/// `(2^128 - 1)^(2^squarings)`, not computed.
fn squared(squarings: u32) -> Exact {
    (0..squarings).fold(Exact::whole(u128::MAX), |value, _| &value * &value)
}

fn parsed(value: &Exact) -> BigRational {
    let text = format!("{value:?}");
    let (num, den) = text.split_once('/').expect("a ratio");
    let part = |digits: &str| digits.parse::<BigInt>().expect("an integer");
    BigRational::new(part(num), part(den))
}

/// 2^127 = 170141183460469231731687303715884105728.
#[test]
fn the_least_machine_integer_has_a_negative_and_an_inverse() {
    const DIGITS: &str = "170141183460469231731687303715884105728";
    let two_to_127 = Exact::whole(1 << 127);
    let product = &negative(&Exact::whole(1 << 64)) * &Exact::ratio(1 << 63, 1);
    let half = negative(&Exact::whole(1 << 126));
    let max = negative(&Exact::whole((1 << 127) - 1));
    for least in [product, &half + &half, &max - &Exact::ONE] {
        assert!(!least.is_positive());
        assert_eq!(negative(&least), two_to_127);
        assert_eq!(format!("{:?}", negative(&least)), format!("{DIGITS}/1"));
        assert_eq!(format!("{least:?}"), format!("-{DIGITS}/1"));
        assert_eq!(
            format!("{:?}", least.clone().reduced()),
            format!("-{DIGITS}/1")
        );
        assert_eq!(&least + &two_to_127, Exact::ZERO);
        assert_eq!(&Exact::ONE - &least, &two_to_127 + &Exact::ONE);
        assert_eq!(least.to_fixed(0), format!("-{DIGITS}"));
        assert_eq!((least.floor(), least.ceil()), (None, None));
        // 1 / -2^127 = -5.877471754111437539843682686…E-39.
        let zeros = "0".repeat(38);
        let small = inverse(&least);
        assert_eq!(
            small.to_string(),
            format!("-0.{zeros}5877471754111437539843682686")
        );
        assert_eq!((small.floor(), small.ceil()), (None, Some(0)));
        assert_eq!(&small * &two_to_127, negative(&Exact::ONE));
        assert_eq!(two_to_127.whole_times(&negative(&least)), Some(1));
    }
}

/// `(2^128 - 1)^(2^13)` has 2^20 bits and 315,653 digits, of which the first are
/// 6,741,140,125,499,073,402,269,065,104 and 7.
#[test]
fn a_number_of_a_million_bits_is_not_zero() {
    let huge = squared(13).reduced();
    let small = inverse(&huge).reduced();
    let below = negative(&huge).reduced();
    for (value, sign) in [(&huge, 1), (&small, 1), (&below, -1)] {
        assert!(!value.is_zero());
        assert_eq!(value.is_positive(), sign > 0);
        assert_eq!(value - value, Exact::ZERO);
        assert_eq!(value.over(value), Some(Exact::ONE));
    }
    assert!(small > Exact::ZERO && small < Exact::ONE && huge > Exact::ONE && below < Exact::ZERO);
    assert_eq!(&huge * &small, Exact::ONE);
    assert_eq!(&huge + &below, Exact::ZERO);
    assert!(&huge + &Exact::ONE > huge);
    assert_eq!((huge.floor(), huge.ceil()), (None, None));
    assert_eq!((small.floor(), small.ceil()), (Some(0), Some(1)));
    assert_eq!((below.floor(), below.ceil()), (None, None));
    let digits = huge.to_string();
    assert!(digits.starts_with("6741140125499073402269065105000"));
    assert_eq!(digits.len(), 315_653);
    assert_eq!(huge.as_printed().to_string(), digits);
    assert_eq!(huge.to_fixed(1).len(), 315_655);
}

/// Exponents of up to 2^57, far beyond 32 bits.
#[test]
fn numbers_too_long_for_memory_have_an_order_and_a_sign() {
    for squarings in 18..50 {
        let huge = squared(squarings);
        let (small, below) = (inverse(&huge), negative(&huge));
        assert!(huge.is_positive() && small.is_positive() && !below.is_positive());
        assert!(huge > Exact::ONE && huge < &huge * &huge && huge > &small * &small);
        assert!(small > Exact::ZERO && small < Exact::ONE && small > &small * &small);
        assert!(below < Exact::ZERO && below < small && below < negative(&small));
        assert_eq!((huge.floor(), huge.ceil()), (None, None));
        assert_eq!((small.floor(), small.ceil()), (Some(0), Some(1)));
        assert_eq!((below.floor(), below.ceil()), (None, None));
        assert_eq!(negative(&small).ceil(), Some(0));
    }
}

#[test]
#[should_panic(expected = "a number of more than 2^30 bits cannot be computed")]
fn a_tie_of_numbers_too_long_for_memory_panics() {
    let huge = squared(40);
    let _ = &huge - &huge;
}

#[test]
#[should_panic(expected = "a number of more than 2^30 bits cannot be computed")]
fn an_exponent_beyond_64_bits_panics() {
    let _ = squared(70);
}

#[test]
#[should_panic(expected = "the denominator of a ratio must not be zero")]
fn a_denominator_of_zero_panics() {
    let _ = Exact::ratio(1, 0);
}

#[test]
fn printed_long_numbers_read_back() {
    let ten = Exact::whole(10_u128.pow(38));
    // 10^1216: more than the 1,000 characters that are read from a file.
    let power = (0..5).fold(ten, |value, _| &value * &value);
    assert_eq!(power.as_printed(), power);
    let small = inverse(&power);
    assert_eq!(small.as_printed(), small);
    assert_eq!(negative(&small).as_printed(), negative(&small));
    assert_eq!(
        Exact::ratio(2, 3).as_printed().to_string(),
        "0.6666666666666666666666666667"
    );
}

#[test]
fn any_number_of_places_is_written() {
    assert_eq!(
        Exact::ratio(1, 3).to_fixed(38),
        format!("0.{}", "3".repeat(38))
    );
    assert_eq!(
        Exact::ratio(2, 3).to_fixed(50),
        format!("0.{}7", "6".repeat(49))
    );
    assert_eq!(Exact::ZERO.to_fixed(3), "0.000");
}

/// The value rounded to 28 significant digits, halves to even.
fn rounded(value: &BigRational) -> BigRational {
    if value.is_zero() {
        return value.clone();
    }
    let power = |exponent: i64| {
        let power = BigRational::from_integer(BigInt::from(10).pow(exponent.unsigned_abs()));
        if exponent < 0 { power.recip() } else { power }
    };
    let mut scale = 0;
    let magnitude = value.abs();
    while &magnitude * power(scale) < power(27) {
        scale += 1;
    }
    while &magnitude * power(scale) >= power(28) {
        scale -= 1;
    }
    let scaled = &magnitude * power(scale);
    let (floor, half) = (scaled.floor(), BigRational::new(1.into(), 2.into()));
    let rest = &scaled - &floor;
    let is_up = rest > half || (rest == half && floor.to_integer().is_odd());
    let digits = if is_up {
        floor + BigRational::one()
    } else {
        floor
    };
    digits / power(scale) * value.signum()
}

fn whole(value: &BigRational) -> Option<u128> {
    let whole = value.to_integer();
    (whole.sign() != Sign::Minus).then(|| whole.to_u128())?
}

/// Numbers at and about the bounds of machine words, machine integers and their products.
fn bound() -> impl Strategy<Value = u128> {
    let power = (0_u32..128).prop_map(|bits| 1_u128 << bits);
    let near = (prop_oneof![
        power,
        Just(1 << 63),
        Just(1 << 64),
        Just(1 << 126),
        Just(1 << 127)
    ])
    .prop_flat_map(|power| prop_oneof![Just(power - 1), Just(power), Just(power + 1)]);
    let tens = (0_u32..39).prop_map(|exponent| 10_u128.pow(exponent));
    prop_oneof![3 => near, 1 => tens, 1 => any::<u128>(), 1 => Just(u128::MAX), 1 => 0_u128..20]
}

/// A ratio of two such numbers, of either sign, in both libraries.
fn operand() -> impl Strategy<Value = (Exact, BigRational)> {
    (
        bound(),
        prop_oneof![1 => Just(1_u128), 2 => bound()],
        any::<bool>(),
    )
        .prop_map(|(num, den, minus)| {
            let den = den.max(1);
            let value = Exact::whole(num)
                .over(&Exact::whole(den))
                .expect("not by zero");
            let oracle = BigRational::new(num.into(), den.into());
            if minus {
                (negative(&value), -oracle)
            } else {
                (value, oracle)
            }
        })
}

fn check(value: &Exact, oracle: &BigRational) {
    assert_eq!(value.is_zero(), oracle.is_zero(), "{oracle}");
    assert_eq!(value.is_positive(), oracle.is_positive(), "{oracle}");
    assert_eq!(value.floor(), whole(&oracle.floor()), "{oracle}");
    assert_eq!(value.ceil(), whole(&oracle.ceil()), "{oracle}");
    assert_eq!(parsed(&value.as_printed()), rounded(oracle), "{oracle}");
    assert_eq!(
        value.as_printed().to_string(),
        value.to_string(),
        "{oracle}"
    );
    let hundred = BigRational::from_integer(100.into());
    let fixed: BigInt = value.to_fixed(2).replace('.', "").parse().expect("digits");
    assert_eq!(fixed, (oracle * hundred).round().to_integer(), "{oracle}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x001a_3bda),
        ..ProptestConfig::default()
    })]

    #[test]
    fn chains_of_operations_agree_with_another_library(
        start in prop::collection::vec(operand(), 2..5),
        steps in prop::collection::vec((0_u8..6, any::<Index>(), any::<Index>()), 1..12),
    ) {
        let mut known = start;
        for (kind, one, other) in steps {
            let ((a, x), (b, y)) = (&known[one.index(known.len())], &known[other.index(known.len())]);
            prop_assert_eq!(a.cmp(b), x.cmp(y), "{} {}", x, y);
            let made = match kind {
                0 => (a + b, x + y),
                1 => (a - b, x - y),
                2 | 3 => (a * b, x * y),
                4 if y.is_zero() => {
                    prop_assert_eq!(a.over(b), None);
                    prop_assert_eq!(a.whole_times(b), None);
                    continue;
                }
                4 => {
                    prop_assert_eq!(a.whole_times(b), whole(&(x / y).floor()), "{} {}", x, y);
                    (a.over(b).expect("not by zero"), x / y)
                }
                _ => (a.clone().reduced(), x.clone()),
            };
            if made.1.numer().bits().max(made.1.denom().bits()) < 3000 {
                known.push(made);
            }
        }
        for (value, oracle) in &known {
            check(value, oracle);
        }
        for (value, oracle) in &known {
            prop_assert_eq!(&parsed(value), oracle);
        }
    }
}

fn shortened(number: &Exact, write: impl Fn(&Exact, &mut String)) -> String {
    let mut text = String::new();
    write(number, &mut text);
    text
}

#[test]
fn numbers_are_shortened_to_significant_digits_and_to_places() {
    let significant =
        |number: &Exact| shortened(number, |number, text| number.write_significant(12, text));
    let places = |number: &Exact| shortened(number, |number, text| number.write_places(12, text));
    let ratio = Exact::ratio;
    for (number, digits, decimals) in [
        (ratio(1, 3), "0.333333333333", "0.333333333333"),
        (ratio(2, 3), "0.666666666667", "0.666666666667"),
        (ratio(200, 3), "66.6666666667", "66.666666666667"),
        (ratio(1, 3_000), "0.000333333333333", "0.000333333333"),
        (ratio(5, 2), "2.5", "2.5"),
        (ratio(0, 1), "0", "0"),
        // More digits than are kept, without a fraction and with one of zeros.
        (
            ratio(1_234_567_890_123_456, 1),
            "1234567890120000",
            "1234567890123456",
        ),
        (
            ratio(999_999_999_999_999, 1_000),
            "1000000000000",
            "999999999999.999",
        ),
        // Ties go to the even digit: 1.000000000005 has 13 digits.
        (
            ratio(1_000_000_000_005, 1_000_000_000_000),
            "1",
            "1.000000000005",
        ),
        (
            ratio(1_000_000_000_015, 1_000_000_000_000),
            "1.00000000002",
            "1.000000000015",
        ),
        (
            ratio(15, 10_000_000_000_000),
            "0.0000000000015",
            "0.000000000002",
        ),
        (ratio(5, 10_000_000_000_000), "0.0000000000005", "0"),
    ] {
        assert_eq!(significant(&number), digits, "{number}");
        assert_eq!(places(&number), decimals, "{number}");
        let negative = &Exact::ZERO - &number;
        let sign = |text: &str| {
            if text == "0" {
                "0".to_owned()
            } else {
                format!("-{text}")
            }
        };
        assert_eq!(significant(&negative), sign(digits), "{negative}");
        assert_eq!(places(&negative), sign(decimals), "{negative}");
    }
}

/// A half that differs from a tie only after the 28 digits that are printed.
#[test]
fn digits_beyond_those_that_are_printed_decide_a_tie() {
    let half = Exact::ratio(25, 10_000_000_000_000);
    let power = Exact::whole(10_u128.pow(25));
    let little = Exact::ONE.over(&(&power * &power)).expect("not zero");
    let places = |number: &Exact| shortened(number, |number, text| number.write_places(12, text));
    assert_eq!(places(&half), "0.000000000002");
    assert_eq!(places(&(&half + &little)), "0.000000000003");
    assert_eq!(places(&(&half - &little)), "0.000000000002");
    let odd = Exact::ratio(15, 10_000_000_000_000);
    assert_eq!(places(&(&odd - &little)), "0.000000000001");
    assert_eq!(
        places(&(&Exact::ZERO - &(&half + &little))),
        "-0.000000000003"
    );
    // A number so small that none of its digits is left.
    let tiny = &little * &little;
    assert_eq!(places(&tiny), "0");
}
