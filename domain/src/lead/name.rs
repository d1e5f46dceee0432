//! What is a lead called? `full_name` is given, or built from first name, middle initial and last name; a built one is built
//! again when one of its parts changes (B-024, C-49).

use super::event::Person;

/// What a full name is built of, by the names that the clients use.
pub const NAME_PARTS: [&str; 3] = ["first_name", MIDDLE_INITIAL, "last_name"];

/// Under which name the middle initial lies in [`Person::extra`].
const MIDDLE_INITIAL: &str = "middle_initial";

impl Person {
    /// First name, middle initial and last name, as far as they are known, joined by single blanks (B-024).
    pub fn built_name(&self) -> Option<String> {
        let middle = self.extra.get(MIDDLE_INITIAL).and_then(|value| value.as_str());
        let parts = [self.first_name.as_deref(), middle, self.last_name.as_deref()];
        let words: Vec<&str> = parts.into_iter().flatten().flat_map(str::split_whitespace).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The same person with a `full_name` built from the parts, where none was given.
    #[must_use]
    pub fn with_built_name(self) -> Self {
        let full_name = self.full_name.clone().or_else(|| self.built_name());
        Self { full_name, ..self }
    }

    /// What `full_name` becomes by a change that does not speak of it; `None`: it stays as it is, `Some(None)`: no name is
    /// left. A name that somebody gave as a whole stays, unless the change brings both a first and a last name.
    #[expect(clippy::option_option, reason = "no change, and a change to no name, are two answers")]
    pub(super) fn renamed_by(&self, cleared: &[String], change: &Self) -> Option<Option<String>> {
        if change.full_name.is_some() || cleared.iter().any(|name| name == "full_name") {
            return None;
        }
        let mut after = self.clone();
        after.change(cleared, change.clone());
        let (was, is_now) = (self.built_name(), after.built_name());
        let is_whole = change.first_name.is_some() && change.last_name.is_some();
        let is_built = self.full_name.is_none() || self.full_name == was;
        (was != is_now && (is_built || is_whole)).then_some(is_now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn person(full: &str, first: &str, middle: &str, last: &str) -> Person {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut person = Person {
            full_name: text(full),
            first_name: text(first),
            last_name: text(last),
            ..Person::default()
        };
        if let Some(middle) = text(middle) {
            person.extra.insert(MIDDLE_INITIAL.to_owned(), middle.into());
        }
        person
    }

    /// `full_name` after that change.
    fn after(known: &Person, change: &Person) -> Option<String> {
        let mut after = known.clone();
        after.change(&[], change.clone());
        known.renamed_by(&[], change).unwrap_or(after.full_name)
    }

    /// B-024, C-49: api-fault 8.
    #[test]
    fn a_built_name_follows_its_parts_and_a_given_one_stays() {
        let jones = person("John Jones", "John", "", "Jones");
        for (known, change, expected) in [
            (&jones, person("", "", "", "Brown"), "John Brown"),
            (&jones, person("", "Ann", "", ""), "Ann Jones"),
            (&jones, person("", "", "A", ""), "John A Jones"),
            (&jones, person("J. Jones", "", "", "Brown"), "J. Jones"),
            (&jones, person("", "John", "", "Jones"), "John Jones"),
            (&person("Johnny", "John", "", "Jones"), person("", "", "", "Brown"), "Johnny"),
            (&person("Johnny", "John", "", "Jones"), person("", "Ann", "", "Lee"), "Ann Lee"),
            (&person("Johnny", "John", "", "Jones"), person("", "John", "", "Jones"), "Johnny"),
            (&person("John Jones", "", "", ""), person("", "", "", "Brown"), "John Jones"),
            (&person("", "John", "", ""), person("", "", "", "Brown"), "John Brown"),
            (&person("", "", "", ""), person("", " Ann  Lee ", "", ""), "Ann Lee"),
        ] {
            assert_eq!(after(known, &change).as_deref(), Some(expected), "{known:?} and {change:?}");
        }
        let cleared = ["last_name".to_owned()];
        assert_eq!(jones.renamed_by(&cleared, &Person::default()), Some(Some("John".to_owned())));
        let both = ["first_name".to_owned(), "last_name".to_owned()];
        assert_eq!(jones.renamed_by(&both, &Person::default()), Some(None));
    }

    proptest! {
        /// A name that was built stays what its parts build, whatever is said of them.
        #[test]
        fn a_built_name_is_always_that_of_its_parts(
            changes in proptest::collection::vec(("[A-C]?", "[A-C]?", "[A-C]?"), 1..6)
        ) {
            let mut known = Person::default();
            for (first, middle, last) in changes {
                let mut change = person("", &first, &middle, &last);
                if let Some(name) = known.renamed_by(&[], &change) {
                    change.full_name = name;
                }
                known.change(&[], change);
                prop_assert_eq!(&known.full_name, &known.built_name());
            }
        }
    }
}
