//! GitHub Actions: annotations as workflow commands, and a Markdown table for the step summary.
//!
//! GitHub shows ten annotations of a step and refuses a summary above 1 MiB, so no more is written.

use super::Case;
use std::io::{self, Write};

/// Annotations that GitHub shows of a step.
const MOST_ANNOTATIONS: usize = 10;

/// Length of a step's summary that GitHub accepts, in bytes.
pub(super) const MOST_SUMMARY_BYTES: u64 = 1 << 20;

/// Writes an annotation for each check that did not pass; the last one counts those left out.
///
/// # Errors
/// Those of `out`.
pub fn annotate(cases: &[Case], mut out: impl Write) -> io::Result<()> {
    let failed: Vec<_> = failed(cases).collect();
    let shown = if failed.len() > MOST_ANNOTATIONS { MOST_ANNOTATIONS - 1 } else { failed.len() };
    for (case, message) in failed.iter().take(shown) {
        let (file, title) = (property(&case.input), property(&format!("pcapstat: {}", case.check)));
        let message = data(&format!("{}: {message}", case.input));
        writeln!(out, "::error file={file},title={title}::{message}")?;
    }
    match failed.len() - shown {
        0 => Ok(()),
        left => writeln!(out, "::error title=pcapstat::{left} more checks did not pass"),
    }
}

/// The Markdown of the step summary, at most `room` bytes long.
pub fn summary(cases: &[Case], room: u64) -> String {
    let count = failed(cases).count();
    let mut text =
        format!("### pcapstat: {} of {} checks passed\n", cases.len() - count, cases.len());
    if count > 0 {
        text += "\n| input | check | result |\n|---|---|---|\n";
    }
    /// Room for the line that counts what is left out.
    const LAST_LINE: u64 = 100;
    for (number, (case, message)) in failed(cases).enumerate() {
        let row = [case.input.as_str(), case.check.as_str(), message].map(cell).join(" | ");
        let row = format!("| {row} |\n");
        if (text.len() + row.len()) as u64 + LAST_LINE > room {
            text += &format!("\n{} more checks did not pass.\n", count - number);
            break;
        }
        text += &row;
    }
    if text.len() as u64 > room { String::new() } else { text }
}

fn failed(cases: &[Case]) -> impl Iterator<Item = (&Case, &str)> {
    cases.iter().filter_map(|case| Some((case, case.problem.as_ref()?.message())))
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A cell of a Markdown table, as it is.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::Problem;
    use super::*;

    fn cases(count: usize) -> Vec<Case> {
        let case = |number: usize| Case {
            input: format!("a:{number},b|.pcap"),
            check: "packets >= 1".into(),
            problem: Some(Problem::Failure("100%\nfound 0".into())),
        };
        let passed = Case { input: "ok.pcap".into(), check: "read".into(), problem: None };
        (0..count).map(case).chain([passed]).collect()
    }

    fn annotations(count: usize) -> Vec<String> {
        let mut out = Vec::new();
        annotate(&cases(count), &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(String::from).collect()
    }

    #[test]
    fn annotations_are_escaped_and_at_most_ten() {
        assert_eq!(annotations(0), [""; 0]);
        assert_eq!(
            annotations(1),
            [
                "::error file=a%3A0%2Cb|.pcap,title=pcapstat%3A packets >= 1::a:0,b|.pcap: 100%25%0Afound 0"
            ]
        );
        assert_eq!(annotations(10).len(), 10);
        let many = annotations(25);
        assert_eq!(many.len(), 10);
        assert_eq!(many[9], "::error title=pcapstat::16 more checks did not pass");
    }

    #[test]
    fn the_summary_stays_below_its_limit() {
        let text = summary(&cases(2), MOST_SUMMARY_BYTES);
        assert!(text.starts_with("### pcapstat: 1 of 3 checks passed\n"), "{text}");
        assert!(text.contains("| a:1,b\\|.pcap | packets &gt;= 1 | 100% found 0 |\n"), "{text}");
        for room in [0, 50, 500, 5_000] {
            let text = summary(&cases(1_000), room);
            assert!(text.len() as u64 <= room, "{room}: {}", text.len());
            assert!(room < 500 || text.contains("more checks did not pass"), "{text}");
        }
    }
}
