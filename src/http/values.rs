//! What does one value of a body or query say? The readers of integers, booleans and texts that all dialects share
//! (kind K20).

use domain::text::{boolean_word, integer_word};
use serde_json::{Number, Value};

/// The largest float that still tells every integer apart.
const FLOAT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// An integer: `2`, `2.0`, `2e0`, `"2"`, and `"۲"` are the same.
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => integer_word(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// True or false: as itself, as 1 or 0, or as a word.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(is_so) => Some(*is_so),
        Value::Number(_) => match integer(value) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            Some(_) | None => None,
        },
        Value::String(text) => boolean_word(text),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number as the text that a person would write: `9876500007` for `9876500007.0`, else its shortest form.
pub fn number_text(number: &Number) -> String {
    let is_float = number.as_i64().is_none() && number.as_u64().is_none();
    let whole = number.as_f64().filter(|_| is_float).and_then(whole);
    whole.map_or_else(|| number.to_string(), |whole| whole.to_string())
}

/// A text, or a number as one: phones, ids and postcodes come as either.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number_text(number)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn whole(float: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^53 by the check before it")]
    (float.fract() == 0.0 && float.abs() <= FLOAT_INTEGER_MAX).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// K20
    #[test]
    fn spellings_of_an_integer_are_one() {
        for value in [
            json!(2),
            json!(2.0),
            json!(2e0),
            json!("2"),
            json!(" 2 "),
            json!("2.0"),
            json!("2e0"),
            json!("+2"),
            json!("۲"),
            json!("2\u{200b}"),
        ] {
            assert_eq!(integer(&value), Some(2), "{value}");
        }
        for value in [
            json!(2.5),
            json!("2.5"),
            json!("two"),
            json!(""),
            json!(true),
            json!([2]),
            json!(1e300),
            json!("1e300"),
            json!("inf"),
            json!("NaN"),
            json!(u64::MAX),
        ] {
            assert_eq!(integer(&value), None, "{value}");
        }
        assert_eq!(integer(&json!("9223372036854775807")), Some(i64::MAX));
    }

    /// K20
    #[test]
    fn a_number_is_a_text_as_a_person_writes_it() {
        for (value, expected) in [
            (json!(9_876_500_007_i64), "9876500007"),
            (json!(9_876_500_007.0), "9876500007"),
            (json!(9.876_500_007e9), "9876500007"),
            (json!(185.5), "185.5"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!("0912"), "0912"),
        ] {
            assert_eq!(text(&value).as_deref(), Some(expected), "{value}");
        }
        assert_eq!((text(&json!(null)), text(&json!(true)), text(&json!({}))), (None, None, None));
    }

    /// K20
    #[test]
    fn true_and_false_come_in_many_spellings() {
        for value in [
            json!(true),
            json!(1),
            json!(1.0),
            json!("1"),
            json!("True"),
            json!("YES"),
            json!("on"),
            json!(" y "),
            json!("t"),
        ] {
            assert_eq!(boolean(&value), Some(true), "{value}");
        }
        for value in [
            json!(false),
            json!(0),
            json!(0.0),
            json!("0"),
            json!("FALSE"),
            json!("no"),
            json!("off"),
            json!("n"),
        ] {
            assert_eq!(boolean(&value), Some(false), "{value}");
        }
        for value in [json!(2), json!("maybe"), json!(null), json!([]), json!("")] {
            assert_eq!(boolean(&value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn every_integer_comes_back(number in any::<i64>(), small in -9_007_199_254_740_992_i64..=9_007_199_254_740_992) {
            prop_assert_eq!(integer(&json!(number)), Some(number));
            prop_assert_eq!(integer(&json!(number.to_string())), Some(number));
            #[expect(clippy::cast_precision_loss, reason = "within what a float holds")]
            let float = json!(small as f64);
            prop_assert_eq!(integer(&float), Some(small));
            prop_assert_eq!(text(&float), Some(small.to_string()));
        }
    }
}
