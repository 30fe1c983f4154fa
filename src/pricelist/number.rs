//! Numbers in price lists.

use rust_decimal::Decimal;

/// A number of at least zero, as a plain decimal without zeros at its end. `None` for other text, and
/// for a number with more digits than a price can have.
pub(super) fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    let number = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    let number = number.ok().filter(|number| !number.is_sign_negative())?;
    Some(number.normalize().to_string())
}

/// The start or the end of a tier; empty text is the start or the end of a price without tiers.
pub(super) fn bound(text: &str, usual: &str) -> Option<String> {
    match text.trim() {
        "" => Some(usual.to_owned()),
        "Inf" | "inf" => Some("Inf".to_owned()),
        text => plain(text),
    }
}
