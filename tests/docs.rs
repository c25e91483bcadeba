//! The documentation states what the program does.
//!
//! A section between `<!-- generated: NAME -->` and `<!-- end -->` is made from the program's own
//! lists, and commands after `$` in `console` blocks print what follows them; `PCAPSTAT_BLESS=1
//! cargo test docs -- --test-threads 1` rewrites both. Commands in all code blocks must parse.

use crate::cli::run;
use crate::reading::first_difference;
use clap::{CommandFactory, Parser};
use pcapstat::cli::Cli;
use pcapstat::dissect::problem::PROBLEMS;
use pcapstat::error::FILE_PROBLEMS;
use pcapstat::filter::words::WORDS;
use pcapstat::shard::command;
use pcapstat::table::TABLES;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README and the pages in `docs/`, each with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<_> = fs::read_dir(root().join("docs"))
        .expect("a directory of pages")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    paths.insert(0, root().join("README.md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a page in UTF-8").replace('\r', "");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// A text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn tables() -> String {
    let mut text = String::from("| table | contents |\n|---|---|\n");
    for table in TABLES {
        text += &format!("| [`{0}`](#{0}) | {1} |\n", table.name, cell(table.about));
    }
    text
}

fn columns() -> String {
    let mut text = String::new();
    for table in TABLES {
        text += &format!("\n### {}\n\n{}\n\n", table.name, cell(table.about));
        text += "| column | type | meaning |\n|---|---|---|\n";
        for column in table.columns {
            let kind = format!("{:?}", column.kind).to_lowercase();
            text += &format!("| `{}` | {kind} | {} |\n", column.name, cell(column.meaning));
        }
    }
    text
}

fn packet_problems() -> String {
    let mut text = String::from("| problem | layer | meaning |\n|---|---|---|\n");
    for problem in PROBLEMS {
        text +=
            &format!("| `{}` | {} | {} |\n", problem.name, problem.layer, cell(problem.meaning));
    }
    text
}

fn file_problems() -> String {
    let mut text = String::from("| problem | meaning |\n|---|---|\n");
    for (name, meaning) in FILE_PROBLEMS {
        text += &format!("| `{name}` | {} |\n", cell(meaning));
    }
    text
}

fn options() -> String {
    let mut text = String::from("| option | meaning |\n|---|---|\n");
    for option in Cli::command().get_opts() {
        let long = option.get_long().expect("every option has a long name");
        let short = option.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
        let takes_value = option.get_num_args().is_some_and(|count| count.takes_values())
            || option.get_action().takes_values();
        let value = match option.get_value_names() {
            Some([name, ..]) if takes_value => format!(" {name}"),
            _ => String::new(),
        };
        let help = option.get_long_help().or(option.get_help()).expect("every option has a help");
        let help = help.to_string().replace("\n\n", ". ").replace('\n', " ").replace('|', "\\|");
        let values: Vec<_> = option
            .get_possible_values()
            .iter()
            .filter(|_| takes_value)
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let values =
            if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        let default: Vec<_> =
            option.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let default = if default.is_empty() || !takes_value {
            String::new()
        } else {
            format!(" [default: {}]", default.join(","))
        };
        text += &format!("| `{short}--{long}{value}` | {}{values}{default} |\n", cell(&help));
    }
    text
}

/// The exit codes that `--help` lists.
fn exit_codes() -> String {
    let help = run(root(), &["--help"]).stdout;
    let codes = help.split_once("Exit codes:\n").expect("--help lists exit codes").1;
    let mut text = String::from("| code | when |\n|---|---|\n");
    for line in codes.lines().take_while(|line| !line.trim().is_empty()) {
        let (code, when) = line.trim().split_once("  ").expect("a code and its meaning");
        text += &format!("| {code} | {} |\n", cell(when.trim()));
    }
    text
}

fn filter_words() -> String {
    let mut text = String::from("| word | meaning |\n|---|---|\n");
    for word in WORDS {
        text += &format!("| `{}` | {} |\n", word.name, cell(word.about));
    }
    text
}

/// A name and what makes the text.
type Section = (&'static str, fn() -> String);

const SECTIONS: &[Section] = &[
    ("tables", tables),
    ("columns", columns),
    ("packet problems", packet_problems),
    ("file problems", file_problems),
    ("options", options),
    ("exit codes", exit_codes),
    ("filter words", filter_words),
    ("filter differences", crate::filter::differences::differences),
];

/// The page with each generated section made anew, and the names of these.
fn generated(page: &str) -> (String, Vec<&str>) {
    const BEGIN: &str = "<!-- generated: ";
    let (mut text, mut names, mut rest) = (String::new(), Vec::new(), page);
    while let Some((before, section)) = rest.split_once(BEGIN) {
        let (name, old) = section.split_once(" -->\n").expect("a marker is a line");
        let (_, after) = old.split_once("<!-- end -->").expect("a section has an end");
        let (_, make) = SECTIONS.iter().find(|(known, _)| *known == name).expect("a known section");
        text += &format!("{before}{BEGIN}{name} -->\n{}<!-- end -->", make());
        names.push(name);
        rest = after;
    }
    (text + rest, names)
}

/// Compares a page with what it should be, or makes it so.
fn assert_page(path: &Path, page: &str, expected: &str) {
    if expected == page {
        return;
    }
    if std::env::var_os("PCAPSTAT_BLESS").is_some_and(|value| value == "1") {
        fs::write(path, expected).expect("a page that can be written");
    } else {
        let difference = first_difference(page.as_bytes(), expected.as_bytes());
        panic!(
            "{}: {difference}; accept with PCAPSTAT_BLESS=1 cargo test docs -- --test-threads 1",
            path.display()
        );
    }
}

#[test]
fn generated_sections_are_the_programs_own_lists() {
    let pages = pages();
    let mut found = Vec::new();
    for (path, page) in &pages {
        let (text, names) = generated(page);
        found.extend(names);
        assert_page(path, page, &text);
    }
    for (name, _) in SECTIONS {
        assert!(found.contains(name), "no page has the section {name}");
    }
}

/// Links between pages, without those to other sites.
#[test]
fn links_lead_to_files() {
    for (path, page) in pages() {
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if link.contains("://") || file.is_empty() {
                continue;
            }
            let target = path.parent().expect("a directory").join(file);
            assert!(target.exists(), "{}: no {link}", path.display());
        }
    }
}

/// The lines of code blocks whose language is one of these.
fn code<'a>(page: &'a str, languages: &[&str]) -> Vec<&'a str> {
    let mut inside = None;
    let mut lines = Vec::new();
    for line in page.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(language), None) => inside = Some(language),
            (Some(_), Some(_)) => inside = None,
            (None, Some(language)) if languages.contains(&language) => lines.push(line),
            _ => {}
        }
    }
    lines
}

/// The words of a shell command up to a pipe, a redirection or a comment.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in command.chars() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(mark)) if character == mark => quote = None,
            ('|' | '>' | '<' | '#' | ';' | '&', None) => break,
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn commands_in_the_documentation_parse() {
    let mut count = 0;
    for (path, page) in pages() {
        // Cells of tables hold commands as well.
        let rows = page.lines().filter(|line| line.starts_with('|'));
        let cells = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
        for line in code(&page, &["sh", "console"]).into_iter().chain(cells) {
            let commands = line.trim_start_matches("$ ").split("| ");
            for line in commands.filter(|command| command.starts_with("pcapstat ")) {
                count += 1;
                let words = words(line);
                let parsed = match words.get(1) {
                    Some(word) if word == command::NAME => {
                        command::parse(words.iter().skip(2).map(OsString::from)).map(drop)
                    }
                    _ => Cli::try_parse_from(words).map(drop),
                };
                if let Err(error) = parsed {
                    panic!("{}: {line}: {error}", path.display());
                }
            }
        }
    }
    assert!(count > 40, "only {count} commands were found");
}

/// The page with what each command after `$` prints, data before messages.
fn with_examples_run(page: &str) -> String {
    let (mut text, mut in_console, mut skipping) = (String::new(), false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            (in_console, skipping) = (line == "```console", false);
        }
        if !skipping || (in_console && line.starts_with("$ ")) {
            text += &format!("{line}\n");
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) else { continue };
        skipping = true;
        let words = words(command);
        let arguments: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
        let said = run(root(), &arguments);
        text += if command.ends_with(">/dev/null") { "" } else { &said.stdout };
        text += &said.stderr;
    }
    text
}

#[test]
fn console_examples_print_what_they_show() {
    for (path, page) in pages() {
        assert_page(&path, &page, &with_examples_run(&page));
    }
}
