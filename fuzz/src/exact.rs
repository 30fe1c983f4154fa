//! Compares exact arithmetic with that of another library.

use super::bytes::Bytes;
use ::exact::{Exact, PRINTED_DIGITS};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

/// Longer numbers are not used, because they take the time of many shorter ones.
const MOST_BITS: u64 = 3_000;
const MOST_STEPS: usize = 300;
const MOST_VALUES: usize = 12;

/// A value in both libraries.
type Pair = (Exact, BigRational);

/// Runs the operations that the bytes encode, and compares every result.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let mut values: Vec<Pair> = vec![(Exact::ONE, BigRational::one())];
    // A comparison computes lazy values, so most runs compare only at the end.
    let compares_early = bytes.once_in(4);
    for _ in 0..MOST_STEPS {
        if bytes.is_empty() {
            break;
        }
        let Some(made) = step(&values, &mut bytes) else {
            continue;
        };
        if compares_early {
            is_same(&made);
        }
        if made.1.numer().bits().max(made.1.denom().bits()) > MOST_BITS {
            continue;
        }
        if values.len() < MOST_VALUES {
            values.push(made);
        } else {
            let at = bytes.below(MOST_VALUES as u128) as usize;
            values[at] = made;
        }
    }
    for pair in values.windows(2) {
        are_ordered(&pair[0], &pair[1]);
    }
    for value in &values {
        is_same(value);
    }
}

fn step(values: &[Pair], bytes: &mut Bytes<'_>) -> Option<Pair> {
    let operation = bytes.byte() % 14;
    let left = bytes.one(values);
    let right = bytes.one(values);
    Some(match operation {
        0 => {
            let [num, den] = [bytes.number(64), bytes.number(64).max(1)];
            let exact = Exact::ratio(num as u64, den as u64);
            (exact, BigRational::new(num.into(), den.into()))
        }
        1 => {
            let whole = bytes.number(128);
            (Exact::whole(whole), BigInt::from(whole).into())
        }
        2 => decimal(bytes)?,
        3 | 4 => (&left.0 + &right.0, &left.1 + &right.1),
        5 | 6 => (&left.0 - &right.0, &left.1 - &right.1),
        7 | 8 => (&left.0 * &right.0, &left.1 * &right.1),
        9 | 10 => {
            let quotient = left.0.over(&right.0);
            assert_eq!(quotient.is_none(), right.1.is_zero(), "a quotient");
            (quotient?, &left.1 / &right.1)
        }
        11 => {
            are_ordered(left, right);
            goes_into(left, right);
            return None;
        }
        12 => {
            times_floor(left, bytes.number(64) as u64);
            (left.0.rounded_up(), left.1.ceil())
        }
        _ => (left.0.clone().reduced(), left.1.clone()),
    })
}

fn decimal(bytes: &mut Bytes<'_>) -> Option<Pair> {
    let magnitude = bytes.number(96) as i128;
    let mantissa = if bytes.once_in(2) {
        -magnitude
    } else {
        magnitude
    };
    let places = u32::from(bytes.byte() % 29);
    let decimal = Decimal::try_from_i128_with_scale(mantissa, places).ok()?;
    let power = BigInt::from(10).pow(places);
    Some((decimal.into(), BigRational::new(mantissa.into(), power)))
}

/// An integer; `None` if it is negative or exceeds 128 bits.
fn count(value: BigRational) -> Option<u128> {
    value.to_integer().to_u128()
}

fn are_ordered(left: &Pair, right: &Pair) {
    let (by, other) = (left.0.cmp(&right.0), left.1.cmp(&right.1));
    assert_eq!(by, other, "{} and {}", left.1, right.1);
    assert_eq!(left.0 == right.0, left.1 == right.1, "equality");
}

fn goes_into(whole: &Pair, part: &Pair) {
    let times = if part.1.is_zero() {
        None
    } else {
        count((&whole.1 / &part.1).floor())
    };
    assert_eq!(
        whole.0.whole_times(&part.0),
        times,
        "{} in {}",
        part.1,
        whole.1
    );
}

fn times_floor(value: &Pair, factor: u64) {
    if !value.1.is_negative() {
        let product = &value.1 * BigInt::from(factor);
        assert_eq!(value.0.times_floor(factor), count(product.floor()));
    }
}

/// Compares every property of a value.
fn is_same((exact, other): &Pair) {
    assert_eq!(exact.floor(), count(other.floor()), "floor of {other}");
    assert_eq!(exact.ceil(), count(other.ceil()), "ceiling of {other}");
    assert_eq!(exact.is_zero(), other.is_zero(), "{other} is zero");
    assert_eq!(
        exact.is_positive(),
        other.is_positive(),
        "{other} is positive"
    );
    let text = exact.to_string();
    assert_eq!(text, printed(other), "digits of {other}");
    if let Some(read) = Exact::of_digits(&text) {
        assert_eq!(read.to_string(), text, "digits read back");
        assert_eq!(read, exact.as_printed(), "the value that is printed");
    }
    for places in [0, 2, 9] {
        assert_eq!(exact.to_fixed(places), fixed(other, places), "{other}");
    }
    let fraction = format!("{}/{}", other.numer(), other.denom());
    assert_eq!(format!("{exact:?}"), fraction, "the exact value");
}

/// `|value| * 10^power` as quotient, remainder and denominator.
fn scaled(value: &BigRational, power: i64) -> (BigInt, BigInt, BigInt) {
    let ten = BigInt::from(10).pow(power.unsigned_abs());
    let (mut num, mut den) = (value.numer().abs(), value.denom().clone());
    if power < 0 {
        den *= ten;
    } else {
        num *= ten;
    }
    let (quotient, rest) = num.div_rem(&den);
    (quotient, rest, den)
}

fn sign(value: &BigRational) -> &'static str {
    if value.is_negative() { "-" } else { "" }
}

/// 28 significant digits, half to even, without trailing zeros.
fn printed(value: &BigRational) -> String {
    if value.is_zero() {
        return "0".to_owned();
    }
    let digits = |number: &BigInt| number.to_string().len() as i64;
    let wanted = i64::from(PRINTED_DIGITS);
    let mut power = wanted - digits(&value.numer().abs()) + digits(value.denom());
    let (mut mantissa, mut rest, mut den) = scaled(value, power);
    while digits(&mantissa) > wanted {
        power -= 1;
        (mantissa, rest, den) = scaled(value, power);
    }
    let twice = rest * 2;
    if twice > den || (twice == den && mantissa.is_odd()) {
        mantissa += 1;
    }
    let mut text = mantissa.to_string();
    match usize::try_from(power) {
        Err(_) | Ok(0) => text.push_str(&"0".repeat(power.unsigned_abs() as usize)),
        Ok(places) => {
            text = pointed(&text, places);
            let plain = text.trim_end_matches('0').trim_end_matches('.').len();
            text.truncate(plain);
        }
    }
    format!("{}{text}", sign(value))
}

/// A number of decimal places, halves away from zero; zero has no sign.
fn fixed(value: &BigRational, places: u32) -> String {
    let (mut mantissa, rest, den) = scaled(value, i64::from(places));
    if rest * 2 >= den {
        mantissa += 1;
    }
    let sign = if mantissa.is_zero() { "" } else { sign(value) };
    format!("{sign}{}", pointed(&mantissa.to_string(), places as usize))
}

/// Digits with a point before the last `places` of them.
fn pointed(digits: &str, places: usize) -> String {
    let digits = format!("{digits:0>width$}", width = places + 1);
    match digits.split_at(digits.len() - places) {
        (whole, "") => whole.to_owned(),
        (whole, fraction) => format!("{whole}.{fraction}"),
    }
}
