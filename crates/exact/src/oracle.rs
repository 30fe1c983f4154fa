//! The arithmetic of another library, which tests compare with.

use crate::Exact;
use dashu_int::IBig;
use num_bigint::BigInt;
use num_rational::BigRational;

/// The same integer.
pub(crate) fn integer(value: &IBig) -> BigInt {
    value.to_string().parse().expect("decimal digits")
}

/// The same ratio.
pub(crate) fn ratio(value: &Exact) -> BigRational {
    let value = value.big();
    let denominator = value.denominator().as_ibig();
    BigRational::new(integer(value.numerator()), integer(denominator))
}
