//! Expectations on cells, and the suggestions of refused ones.

use super::Expectation;
use crate::table::{self, Table};

fn tables() -> Vec<&'static Table> {
    vec![table::named("summary").unwrap()]
}

fn holds(text: &str, found: &str) -> bool {
    Expectation::new(text, &tables()).unwrap_or_else(|error| panic!("{text}: {error}")).holds(found)
}

#[test]
fn every_operator() {
    for (operator, expected) in [
        ("==", [false, true, false]),
        ("!=", [true, false, true]),
        ("<", [true, false, false]),
        ("<=", [true, true, false]),
        (">", [false, false, true]),
        (">=", [false, true, true]),
    ] {
        let found =
            ["99", "100", "101"].map(|found| holds(&format!("packets {operator} 100"), found));
        assert_eq!(found, expected, "{operator}");
    }
    assert!(holds("error ~ cut.short", "file is cut short"));
    assert!(!holds("error ~ ^short", "cut short"));
}

#[test]
fn values_of_every_type() {
    assert!(holds("packets>=1000", "1000"));
    assert!(holds("file_bytes < 64k", "65535") && !holds("file_bytes < 64k", "65536"));
    assert!(holds("duration_s <= 1m30s", "90.000000000"));
    assert!(holds("mean_wire_bytes > 0.5k", "512.000000001"));
    assert!(holds("packets_per_s >= 0.5", "0.500000000"));
    assert!(holds("latest_time >= 2023-11-14T22:13:20Z", "2023-11-14T22:13:20.000000000Z"));
    assert!(holds("latest_time < 1700000000.5", "2023-11-14T22:13:20.000000000Z"));
    assert!(holds("strict_time_order == true", "true"));
    assert!(holds("status == ok", "ok") && !holds("status == ok", "damaged"));
    assert!(holds("format != 'pcapng'", "pcap"));
    assert!(holds("error ~ this and that", "this and that"));
}

#[test]
fn an_empty_number_is_unknown_and_an_empty_text_is_a_text() {
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        assert!(!holds(&format!("packets {operator} 0"), ""), "{operator}");
    }
    assert!(holds("packets == ''", "") && !holds("packets == ''", "0"));
    assert!(holds("packets != ''", "0"));
    assert!(holds("compression ==", "") && holds("compression != gzip", ""));
}

#[test]
fn a_wrong_condition_suggests_the_right_one() {
    for (text, message) in [
        ("packtes > 1", "no column of summary is named \"packtes\" (did you mean packets?)"),
        ("packets = 1", "unknown operator = (did you mean ==?); there are == != < <= > >= ~"),
        ("packets => 1", "unknown operator => (did you mean >=?); there are == != < <= > >= ~"),
        ("packets", "\"packets\" has no operator; write \"COLUMN OPERATOR VALUE\", in quotes"),
        ("packets > many", "packets: many is no number such as 1000"),
        ("packets >", "packets has no value to compare with"),
        ("packets ~ 1", "~ is for text; packets takes == != < <= > >="),
        ("file_bytes > 1x", "file_bytes: 1x is no size such as 1500, 64k, 2M"),
        ("duration_s > 1w", "duration_s: 1w is no duration such as 90, 1.5s, 1m30s"),
        ("latest_time > now", "latest_time: now is no time such as 2023-11-14T22:13:20Z"),
        ("status == okay", "status is never \"okay\"; it is ok, cut_short, damaged, unreadable"),
        (
            "status == damage",
            "status is never \"damage\" (did you mean damaged?); it is ok, cut_short, damaged, unreadable",
        ),
        ("status > ok", "status has no order; it takes == != and, for text, ~"),
        ("strict_time_order == yes", "strict_time_order is never \"yes\"; it is true, false"),
        (
            "packets > 1 and packets < 5",
            "\"packets > 1 and packets < 5\" is more than one condition; give the option for each: all must hold",
        ),
        ("error ~ (", "( is no regular expression"),
    ] {
        assert_eq!(Expectation::new(text, &tables()).err().as_deref(), Some(message));
    }
}

#[test]
fn it_is_shown_in_one_form() {
    let shown = |text| Expectation::new(text, &tables()).unwrap().to_string();
    assert_eq!(shown("packets>=1000"), "packets >= 1000");
    assert_eq!(shown("error ~ 'cut short'"), "error ~ \"cut short\"");
    assert_eq!(shown("error =="), "error == \"\"");
}

#[test]
fn a_condition_on_rows_is_one_for_each_table_that_has_its_column() {
    let tables: Vec<_> = ["summary", "conversations", "problems", "http"]
        .iter()
        .filter_map(|name| table::named(name))
        .collect();
    let on = |text: &str| {
        Expectation::of_each(text, &tables)
            .map(|each| each.iter().map(|one| one.table.name).collect::<Vec<_>>())
    };
    assert_eq!(on("layer == tcp"), Ok(vec!["conversations", "problems"]));
    // A value of one table alone is none of the others, which then have no row.
    assert_eq!(on("layer == icmp"), Ok(vec!["conversations", "problems"]));
    // The status of a response is a number.
    assert_eq!(on("status >= 400"), Ok(vec!["http"]));
    assert_eq!(on("status == ok"), Ok(vec!["summary"]));
    let message = "no column of any table is named \"layr\" (did you mean layer?)";
    assert_eq!(on("layr == tcp"), Err(message.into()));
    let alone = Expectation::of_each("layer == ip", &tables[1..2]).err();
    assert_eq!(
        alone.as_deref(),
        Some("layer is never \"ip\"; it is eth, ipv4, ipv6, tcp, udp, sctp")
    );
}
