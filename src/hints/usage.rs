//! Wrong command lines: one tip in the error that clap made, ours before its own.

use super::{OPTIONS, statistics};
use crate::suggest::nearest;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, builder::StyledStr};
use std::ffi::OsString;

/// Other words for values of an option, and the right ones.
const VALUES: &[(&[&str], &str)] = &[
    (&["yes", "on", "true", "1", "force", "ansi"], "always"),
    (&["no", "off", "false", "0", "none"], "never"),
    (&["basename", "file", "short"], "name"),
    (&["full", "absolute", "long"], "path"),
    (&["l4", "ports", "4"], "transport"),
    (&["l7", "all", "7"], "application"),
    (&["excel", "xlsx", "xls", "fields"], "csv"),
    (&["ek", "jsonlines", "json-lines"], "ndjson"),
    (&["text", "txt", "pretty", "tabs"], "table"),
    (&["feather", "ipc"], "arrow"),
    (&["manual", "manpage", "roff"], "man"),
    (&["pwsh", "ps1"], "complete-powershell"),
];

/// Gives the error the one tip that helps most; `arguments` are those of the command line.
pub fn with_tip(error: &mut Error, arguments: impl Iterator<Item = OsString>) {
    let text = |error: &Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let argument = text(error, ContextKind::InvalidArg);
    let tip = match error.kind() {
        ErrorKind::UnknownArgument if argument == "-z" => Some(statistics::hint(&value(arguments))),
        ErrorKind::UnknownArgument => {
            let known = OPTIONS.iter().find(|(option, _)| *option == argument);
            known.map(|(_, hint)| (*hint).to_string())
        }
        ErrorKind::InvalidValue => {
            let typed = text(error, ContextKind::InvalidValue);
            right_value(error, &typed).map(|right| format!("did you mean '{right}'?"))
        }
        ErrorKind::ValueValidation => number(&argument),
        _ => None,
    };
    let has_other =
        [ContextKind::SuggestedArg, ContextKind::SuggestedValue, ContextKind::SuggestedSubcommand]
            .into_iter()
            .any(|kind| error.get(kind).is_some());
    match tip {
        Some(tip) => {
            for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
                error.remove(kind);
            }
            let tip = vec![StyledStr::from(tip)];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tip));
        }
        // An option that does not exist is seldom the name of a file.
        None if has_other || error.kind() == ErrorKind::UnknownArgument => {
            error.remove(ContextKind::Suggested);
        }
        None => {}
    }
}

/// The value of `-z` in a command line.
fn value(mut arguments: impl Iterator<Item = OsString>) -> String {
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy();
        let is_short = argument.starts_with('-') && !argument.starts_with("--");
        let Some((_, value)) = argument.split_once('z').filter(|_| is_short) else { continue };
        if !value.is_empty() {
            return value.trim_start_matches('=').into();
        }
        return arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    }
    String::new()
}

/// The value that a wrong one was meant to be, of those that the option takes.
fn right_value(error: &Error, typed: &str) -> Option<String> {
    let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) else {
        return None;
    };
    let typed = typed.to_ascii_lowercase();
    let known = VALUES.iter().find(|(words, right)| {
        words.contains(&typed.as_str()) && values.iter().any(|value| value == right)
    });
    let near = || nearest(&typed, values.iter().map(String::as_str)).map(String::from);
    known.map(|(_, right)| (*right).to_string()).or_else(near)
}

/// The tip for a number that is none.
fn number(argument: &str) -> Option<String> {
    let tip = match argument.split_whitespace().next()? {
        "--jobs" => "a number of threads from 1 to 1024; without -j, one for each core",
        "--top" => "a number of rows from 1 on; without --top, all of them",
        _ => return None,
    };
    Some(tip.into())
}
