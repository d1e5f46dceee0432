//! How does a client's language spell a value inside a text? What `${value}`, `f"{value}"` and `"$value"` make of it
//! (C-07). Numbers arrive as JSON writes them, so an integer and a float are told apart.

use domain::credential::event::CanonicalForm;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::fmt::Write as _;

/// Significant digits of a float in a PHP text: its setting `precision`, as PHP comes.
const PHP_PRECISION: usize = 14;

/// The order in which that language sorts keys.
pub fn order(form: CanonicalForm, a: &str, b: &str) -> Ordering {
    match form {
        CanonicalForm::Js => a.encode_utf16().cmp(b.encode_utf16()),
        CanonicalForm::Python => a.cmp(b),
        // A key that is a whole number is one there. Beside other keys it has no order that is one (9 < 10 < "1a" < 9);
        // before them is where it stands in all but such lists.
        CanonicalForm::Php => match (php_index(a), php_index(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => a.cmp(b),
        },
    }
}

/// A value as that language spells it.
pub fn text(form: CanonicalForm, value: &Value) -> String {
    match form {
        CanonicalForm::Js => js(value),
        CanonicalForm::Python => python(value),
        CanonicalForm::Php => php(value),
    }
}

fn js(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(is_so) => is_so.to_string(),
        Value::Number(number) => js_number(number),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(|item| if item.is_null() { String::new() } else { js(item) });
            items.collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// Every number is a double there; one that is too large for it is infinite.
fn js_number(number: &Number) -> String {
    let number = number.as_f64().unwrap_or(f64::INFINITY);
    ryu_js::Buffer::new().format(number).to_owned()
}

fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => python_number(number),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_inside).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(name, value)| format!("{}: {}", python_quoted(name), python_inside(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Inside a list or dict, texts stand in quotes.
fn python_inside(value: &Value) -> String {
    value.as_str().map_or_else(|| python(value), python_quoted)
}

fn python_quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == quote => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

fn python_number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    let (sign, digits, exponent) = shortest(float);
    if !(-4..16).contains(&exponent) {
        let dot = if digits.len() > 1 { "." } else { "" };
        let (mark, power) = (if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
        return format!("{sign}{}{dot}{}e{mark}{power:02}", &digits[..1], &digits[1..]);
    }
    let plain = plain(&digits, exponent);
    let end = if plain.contains('.') { "" } else { ".0" };
    format!("{sign}{plain}{end}")
}

fn php(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::Number(number) => php_number(number),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => "Array".to_owned(),
    }
}

fn php_number(number: &Number) -> String {
    if let (Some(whole), false) = (number.as_i64(), number.is_f64()) {
        return whole.to_string();
    }
    let float = number.as_f64().unwrap_or(f64::INFINITY);
    let (sign, digits, exponent) = rounded(float, PHP_PRECISION);
    let last = i32::try_from(PHP_PRECISION).unwrap_or(i32::MAX);
    if !(-4..last).contains(&exponent) {
        let rest = if digits.len() > 1 { &digits[1..] } else { "0" };
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{}.{rest}E{mark}{}", &digits[..1], exponent.unsigned_abs());
    }
    format!("{sign}{}", plain(&digits, exponent))
}

/// Sign, the fewest digits that mean this number, and the power of ten of the first.
fn shortest(float: f64) -> (&'static str, String, i32) {
    parts(&format!("{float:e}"))
}

/// The same with at most so many digits, no zeros at their end.
fn rounded(float: f64, digits: usize) -> (&'static str, String, i32) {
    let (sign, digits, exponent) = parts(&format!("{float:.*e}", digits - 1));
    let kept = digits.trim_end_matches('0');
    (sign, if kept.is_empty() { "0".to_owned() } else { kept.to_owned() }, exponent)
}

fn parts(scientific: &str) -> (&'static str, String, i32) {
    let (sign, rest) = scientific.strip_prefix('-').map_or(("", scientific), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once('e').unwrap_or((rest, "0"));
    (sign, mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Digits with the point where it belongs.
fn plain(digits: &str, exponent: i32) -> String {
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    if whole == 0 {
        format!("0.{digits}")
    } else if digits.len() <= whole {
        format!("{digits}{}", "0".repeat(whole - digits.len()))
    } else {
        format!("{}.{}", &digits[..whole], &digits[whole..])
    }
}

/// A PHP array's key that is a whole number.
fn php_index(key: &str) -> Option<i64> {
    key.parse::<i64>().ok().filter(|index| index.to_string() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(form: CanonicalForm, json: &str) -> Vec<String> {
        let values: Vec<Value> = serde_json::from_str(json).unwrap();
        values.iter().map(|value| text(form, value)).collect()
    }

    proptest::proptest! {
        /// Sorting by an order that is none may panic.
        #[test]
        fn every_order_is_one(mut keys in proptest::collection::vec("[0-9]{1,3}[a.]?|[a-zé-]{0,3}", 0..60)) {
            for form in [CanonicalForm::Js, CanonicalForm::Python, CanonicalForm::Php] {
                keys.sort_by(|a, b| order(form, a, b));
                for (at, a) in keys.iter().enumerate() {
                    proptest::prop_assert!(keys[at..].iter().all(|b| order(form, a, b) != Ordering::Greater));
                }
            }
        }
    }

    #[test]
    fn javascript_knows_doubles_only() {
        let spelled = spelled(CanonicalForm::Js, r"[185.50, -0, null, [1,null,[2]], {}, true, 1e21, 20.0]");
        assert_eq!(spelled, ["185.5", "0", "null", "1,,2", "[object Object]", "true", "1e+21", "20"]);
        assert_eq!(order(CanonicalForm::Js, "Z", "é"), Ordering::Less);
    }

    #[test]
    fn python_tells_floats_from_integers() {
        let spelled = spelled(
            CanonicalForm::Python,
            r#"[185.50, 20.0, 20, 1e16, 1e-5, 0.0001, null, true, false, [1, "it's", null], {"a": "b"}]"#,
        );
        let expected = [
            "185.5",
            "20.0",
            "20",
            "1e+16",
            "1e-05",
            "0.0001",
            "None",
            "True",
            "False",
            "[1, \"it's\", None]",
            "{'a': 'b'}",
        ];
        assert_eq!(spelled, expected);
    }

    #[test]
    fn php_forgets_false_and_null_and_keeps_fourteen_digits() {
        let spelled = spelled(
            CanonicalForm::Php,
            r"[185.50, 20.0, 0.30000000000000004, 1e14, 1e15, 0.00001, null, true, false, [1], 123456789012345678]",
        );
        let expected = [
            "185.5",
            "20",
            "0.3",
            "1.0E+14",
            "1.0E+15",
            "1.0E-5",
            "",
            "1",
            "",
            "Array",
            "123456789012345678",
        ];
        assert_eq!(spelled, expected);
    }
}
