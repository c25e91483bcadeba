//! The name that a misspelt one was meant to be, and the tables that have a column, for messages about
//! wrong usage.

use crate::table::TABLES;

/// The nearest of some names by edit distance, else the first that begins with it, or ends with it as
/// a word of its own; None if none is near. Upper case is no distance.
pub fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    /// Shorter beginnings are of too many names.
    const BEGINNING: usize = 3;
    let text = text.to_ascii_lowercase();
    let text = text.as_str();
    let (mut near, mut longer) = (None, None);
    for name in names {
        let distance = strsim::damerau_levenshtein(text, name);
        let most = (text.chars().count().max(name.chars().count()) / 3).max(1);
        // Of equal ones, the first with the same first letter.
        let other = text.chars().next() != name.chars().next();
        if distance <= most && near.is_none_or(|(least, _)| (distance, other) < least) {
            near = Some(((distance, other), name));
        }
        let before = name.strip_suffix(text).filter(|_| !text.is_empty());
        let begins = text.len() >= BEGINNING && name.starts_with(text);
        let ends = before.is_some_and(|before| before.ends_with(['_', '-']));
        if longer.is_none() && (begins || ends) {
            longer = Some(name);
        }
    }
    near.map(|(_, name)| name).or(longer)
}

/// ` (did you mean NAME?)`, or nothing if no name is near.
pub fn hint<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(text, names).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default()
}

/// ` (-t NAME,NAME has it)`: the tables that have a column; nothing if there is none.
pub fn elsewhere(column: &str) -> String {
    let tables = TABLES.iter().filter(|table| table.columns.iter().any(|one| one.name == column));
    match tables.map(|table| table.name).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [name] => format!(" (-t {name} has it)"),
        names => format!(" (-t {} have it)", names.join(", -t ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = || ["packets", "wire_bytes", "status"].into_iter();
        assert_eq!(nearest("packtes", names()), Some("packets"));
        assert_eq!(nearest("wire_byte", names()), Some("wire_bytes"));
        assert_eq!(nearest("bytes", names()), Some("wire_bytes"));
        assert_eq!(nearest("PACKETS", names()), Some("packets"));
        assert_eq!(nearest("paket", names()), Some("packets"));
        assert_eq!(nearest("stat", names()), Some("status"));
        assert_eq!(nearest("bash", ["complete-bash"].into_iter()), Some("complete-bash"));
        assert_eq!(nearest("htp", ["ftp", "http"].into_iter()), Some("http"));
        assert_eq!(nearest("gratis", names()), None);
        assert_eq!(hint("stats", names()), " (did you mean status?)");
        assert_eq!(hint("", names()), "");
    }

    #[test]
    fn tables_that_have_a_column_are_named() {
        assert_eq!(elsewhere("completeness"), " (-t streams, -t segments have it)");
        assert_eq!(elsewhere("community_id"), " (-t flows has it)");
        assert_eq!(elsewhere("comunity_id"), "");
    }
}
