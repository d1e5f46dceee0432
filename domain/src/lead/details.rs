//! How is a detail of a lead read? Typed where document 000 types it, text everywhere else (B-026, B-030, C-34).

use crate::text::{boolean_word, trim};
use crate::time::parse_day;
use serde_json::{Map, Number, Value};

/// The longest value of a detail, in characters (C-34).
pub const DETAIL_MAX: usize = 1_000;

/// What a detail's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DetailKind {
    Text,
    Date,
    Decimal,
    Boolean,
    YesNoUnsure,
}

impl DetailKind {
    /// The kind of that detail; unknown ones are texts.
    pub fn of(name: &str) -> Self {
        match name {
            "date_of_birth" => Self::Date,
            "energy_bill_amount" => Self::Decimal,
            "has_ev_charger" | "has_previous_quotes" => Self::Boolean,
            "day_night_rate" => Self::YesNoUnsure,
            _ => Self::Text,
        }
    }

    /// Reads a value, blanks at its ends apart; `None`: it cannot be one of this kind.
    pub fn read(self, text: &str) -> Option<Value> {
        let text = trim(text);
        match self {
            Self::Text => Some(text.into()),
            Self::Date => parse_day(text).ok().map(|date| date.to_string().into()),
            Self::Decimal => decimal(text).map(Value::from),
            Self::Boolean => boolean_word(text).map(Value::from),
            Self::YesNoUnsure => {
                let word = text.to_ascii_lowercase();
                ["yes", "no", "unsure"].contains(&word.as_str()).then(|| word.into())
            }
        }
    }
}

/// The details as a JSON client reads them: an amount is kept as text, so that no digit of it is lost, and shown as a JSON
/// number.
pub fn as_json(details: &Map<String, Value>) -> Map<String, Value> {
    let shown = |name: &str, value: &Value| match (DetailKind::of(name), value.as_str()) {
        (DetailKind::Decimal, Some(text)) => number(text).map_or_else(|| value.clone(), Value::Number),
        (
            DetailKind::Text
            | DetailKind::Date
            | DetailKind::Decimal
            | DetailKind::Boolean
            | DetailKind::YesNoUnsure,
            _,
        ) => value.clone(),
    };
    details.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
}

fn number(text: &str) -> Option<Number> {
    let whole = text.parse::<i64>().ok().map(Number::from);
    whole.or_else(|| Number::from_f64(text.parse().ok()?))
}

/// Up to ten digits and four decimals, as written: no binary fraction changes an amount of money.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_good =
        (1..=10).contains(&whole.len()) && fraction.len() <= 4 && is_digits(whole) && is_digits(fraction);
    let dot = if fraction.is_empty() { "" } else { "." };
    is_good.then(|| format!("{sign}{whole}{dot}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_stay_as_written_and_answers_come_in_many_words() {
        let read = |name: &str, text: &str| DetailKind::of(name).read(text);
        assert_eq!(read("energy_bill_amount", " 185.50 "), Some("185.50".into()));
        assert_eq!(read("energy_bill_amount", "1e9"), None);
        assert_eq!(
            (read("has_ev_charger", "Yes"), read("has_ev_charger", "maybe")),
            (Some(true.into()), None)
        );
        assert_eq!(read("day_night_rate", "Unsure"), Some("unsure".into()));
        assert_eq!(read("date_of_birth", "1980-02-30"), None);
    }

    /// A decision beside the documents: `energy_bill_amount` is a JSON number in every answer.
    #[test]
    fn an_amount_is_shown_as_a_number() {
        for (text, shown) in [
            ("185.50", "185.5"),
            ("20", "20"),
            ("20.0", "20.0"),
            ("-0.0001", "-0.0001"),
            ("9999999999.9999", "9999999999.9999"),
            ("007", "7"),
        ] {
            let value = DetailKind::Decimal.read(text).unwrap();
            let details = [("energy_bill_amount".to_owned(), value), ("city".to_owned(), "12".into())];
            let json = as_json(&details.into_iter().collect());
            assert_eq!(
                (json["energy_bill_amount"].to_string().as_str(), &json["city"]),
                (shown, &"12".into())
            );
        }
    }

    proptest! {
        #[test]
        fn every_amount_that_is_read_is_shown_as_a_number_of_its_value(text in "-?[0-9]{1,10}([.][0-9]{0,4})?") {
            let value = DetailKind::Decimal.read(&text).unwrap();
            let json = as_json(&[("energy_bill_amount".to_owned(), value)].into_iter().collect());
            prop_assert_eq!(json["energy_bill_amount"].as_f64(), text.parse::<f64>().ok());
        }

        #[test]
        fn what_was_read_reads_as_itself(text in "\\PC{0,12}") {
            for name in ["date_of_birth", "energy_bill_amount", "has_ev_charger", "day_night_rate", "city"] {
                let kind = DetailKind::of(name);
                if let Some(value) = kind.read(&text) {
                    let again = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    prop_assert_eq!(kind.read(&again), Some(value));
                }
            }
        }
    }
}
