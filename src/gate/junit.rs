//! JUnit XML: one test suite for each input, one test case for each of its checks.
//!
//! The elements and attributes are those that both the schema of Ant's JUnit task and the one of
//! Jenkins' xUnit plugin accept. Times are zero: an output depends on the captures alone.

use super::{Case, Problem};
use std::io::{self, Write};

/// Writes a document.
///
/// # Errors
/// Those of `out`.
pub fn write(cases: &[Case], mut out: impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for (id, suite) in cases.chunk_by(|one, two| one.input == two.input).enumerate() {
        let count = |wanted: fn(&Problem) -> bool| {
            suite.iter().filter_map(|case| case.problem.as_ref()).filter(|one| wanted(one)).count()
        };
        let input = suite.first().map_or(String::new(), |case| escaped(&case.input));
        writeln!(
            out,
            "  <testsuite id=\"{id}\" package=\"pcapstat\" name=\"{input}\" hostname=\"localhost\" \
             timestamp=\"1970-01-01T00:00:00\" tests=\"{}\" failures=\"{}\" errors=\"{}\" \
             time=\"0\">\n    <properties/>",
            suite.len(),
            count(|problem| matches!(problem, Problem::Failure(_))),
            count(|problem| matches!(problem, Problem::Error(_))),
        )?;
        for case in suite {
            let check = escaped(&case.check);
            write!(out, "    <testcase classname=\"{input}\" name=\"{check}\" time=\"0\"")?;
            match &case.problem {
                None => writeln!(out, "/>")?,
                Some(problem) => {
                    let element = match problem {
                        Problem::Failure(_) => "failure",
                        Problem::Error(_) => "error",
                    };
                    let message = escaped(problem.message());
                    writeln!(
                        out,
                        ">\n      <{element} type=\"{element}\" message=\"{message}\">{message}\
                         </{element}>\n    </testcase>"
                    )?;
                }
            }
        }
        writeln!(out, "    <system-out/>\n    <system-err/>\n  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Text for an element or attribute. Characters that XML 1.0 forbids become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' | '\r' => escaped += &format!("&#{};", character as u32),
            '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_for_each_input_with_its_counts() {
        let case = |input: &str, check: &str, problem| Case {
            input: input.into(),
            check: check.into(),
            problem,
        };
        let cases = [
            case("a.pcap", "read", None),
            case("a.pcap", "packets >= 1", Some(Problem::Failure("found <0>".into()))),
            case("b\u{1}\".pcap", "read", Some(Problem::Error("cut\nshort".into()))),
        ];
        let mut out = Vec::new();
        write(&cases, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("name=\"a.pcap\" hostname=\"localhost\""), "{text}");
        assert!(text.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{text}");
        assert!(text.contains("tests=\"1\" failures=\"0\" errors=\"1\""), "{text}");
        assert!(text.contains("name=\"packets &gt;= 1\""), "{text}");
        assert!(text.contains("message=\"found &lt;0&gt;\""), "{text}");
        assert!(text.contains("name=\"b\u{FFFD}&quot;.pcap\""), "{text}");
        assert!(text.contains("message=\"cut&#10;short\""), "{text}");
    }
}
