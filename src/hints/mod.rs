//! Options of tshark, capinfos, tcpdump and editcap, and how the same is asked for here.

/// An option that pcapstat does not have, and its hint.
const HINTS: &[(&str, &str)] = &[
    ("-r", "captures need no option: pcapstat FILE"),
    ("-z", "statistics are tables: -t conversations, -t protocols, -t intervals, ..."),
    ("-Y", "display filters are --filter EXPR, in tcpdump's words: --filter \"tcp port 443\""),
    ("-R", "display filters are --filter EXPR, in tcpdump's words: --filter \"tcp port 443\""),
    ("-T", "fields of packets are the table packets: -t packets, in any format of -f"),
    ("-e", "fields of packets are the table packets: -t packets, in any format of -f"),
    ("-E", "separators are formats: -f csv, -f tsv"),
    ("-M", "numbers are for machines already: -f csv or -f json; -f table is for people"),
    ("-c", "a number of packets is --packets ..N; the table summary counts them"),
    ("-i", "live traffic is piped: tcpdump -i IFACE -w - | pcapstat -"),
    ("-w", "tables are written with -o DIR; captures are cut with editcap"),
    ("-n", "addresses and ports are numbers always"),
    ("-A", "the start of a period is --from TIME"),
    ("-B", "the end of a period is --to TIME"),
    ("--where", "rows are chosen by --rows COND: --rows \"layer == tcp\""),
    ("--limit", "the number of rows is --top N"),
    ("--order-by", "the order of rows is --sort COLUMN:desc"),
    ("--count", "the table summary counts packets: -t summary"),
    ("--output", "outputs are -o DIR and -f FORMAT"),
    ("--json", "formats are -f FORMAT: -f json"),
    ("--csv", "formats are -f FORMAT: -f csv"),
];

/// The hint for an option that does not exist. None for one of no known tool.
pub fn hint(option: &str) -> Option<&'static str> {
    HINTS.iter().find(|(known, _)| *known == option).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn no_hint_is_for_an_option_that_exists() {
        let command = Cli::command();
        for (option, _) in HINTS {
            let exists = command.get_arguments().any(|argument| {
                let short = argument.get_short().map(|short| format!("-{short}"));
                let long = argument.get_long().map(|long| format!("--{long}"));
                [short, long].iter().flatten().any(|name| name == option)
            });
            assert!(!exists, "{option} exists");
        }
        assert!(hint("-r").is_some() && hint("-J").is_none());
    }
}
