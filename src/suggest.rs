//! The name that a misspelt one was meant to be, for messages about wrong usage.

/// The nearest of some names by edit distance; None if none is near.
pub fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let distance = |name: &str| strsim::damerau_levenshtein(text, name);
    let most = (text.chars().count() / 3).max(1);
    let near = names.map(|name| (distance(name), name)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, _)| *distance <= most).map(|(_, name)| name)
}

/// ` (did you mean NAME?)`, or nothing if no name is near.
pub fn hint<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(text, names).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = || ["packets", "wire_bytes", "status"].into_iter();
        assert_eq!(nearest("packtes", names()), Some("packets"));
        assert_eq!(nearest("wire_byte", names()), Some("wire_bytes"));
        assert_eq!(nearest("gratis", names()), None);
        assert_eq!(hint("stats", names()), " (did you mean status?)");
        assert_eq!(hint("", names()), "");
    }
}
