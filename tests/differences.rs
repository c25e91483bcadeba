//! Compares pcapstat with tshark and capinfos on the captures beside the project. `differences.txt`
//! has one line for each difference, `capture: where: columns: reason`; an unexplained difference
//! fails, and so does an explanation without its difference.

use crate::cells::nanoseconds;
use crate::cli::pcapstat;
use csv::StringRecord;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;

const SHARED: &str = "../shared";
const EXPLAINED: &str = include_str!("differences.txt");

/// Protocol names in tshark's expected rows. A path is compared up to the first other name.
const KNOWN: &str = "eth vlan ieee8021ad llc mpls pppoes ppp ip ipv6 ipv6.hopopts ipv6.dstopts ipv6.routing ipv6.fraghdr ah gre \
    erspan vxlan geneve gtp teredo sll null raw radiotap wlan_radio wlan chdlc fddi udp arp stp lldp eapol pppoed tcp sctp icmp \
    icmpv6 igmp esp ospf pim vrrp eigrp dccp pgm rsvp lcp ipcp ipv6cp";

/// The columns of `packets` that tshark's rows have too.
const COLUMNS: &[&str] = &[
    "captured_bytes",
    "wire_bytes",
    "protocols",
    "src_mac",
    "dst_mac",
    "vlan",
    "src_ip",
    "dst_ip",
    "src_port",
    "dst_port",
    "tcp_flags",
    "tcp_seq",
    "tcp_ack",
    "tcp_window",
    "payload_bytes",
];

/// The columns of `summary` and capinfos' names for them.
const SUMMARY: &[(&str, &str)] = &[
    ("packets", "Number of packets"),
    ("file_bytes", "File size (bytes)"),
    ("wire_bytes", "Data size (bytes)"),
    ("earliest_time", "Start time"),
    ("latest_time", "End time"),
    ("duration_s", "Capture duration (seconds)"),
    ("strict_time_order", "Strict time order"),
];

type Row = HashMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(
        File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    );
    let header = reader.headers().unwrap().clone();
    let row = |record: StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Decimal seconds or an RFC 3339 time as nanoseconds since 1970; otherwise the text itself.
fn time(text: &str) -> Result<i128, String> {
    let seconds = || -> Option<i128> {
        let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
        let fraction = format!("{digits:0<9}").get(..9)?.parse::<u32>().ok()?;
        Some(whole.parse::<i128>().ok()? * 1_000_000_000 + i128::from(fraction))
    };
    let time = if text.ends_with('Z') { nanoseconds(text) } else { seconds() };
    time.ok_or_else(|| text.to_owned())
}

/// True if our path is tshark's, or goes on after it with a name that the expected rows leave out.
fn same_path(wanted: &str, have: &str) -> bool {
    let Some(rest) = have.strip_prefix(wanted) else { return false };
    let after = if wanted.is_empty() { Some(rest) } else { rest.strip_prefix(':') };
    let next = after.and_then(|rest| rest.split(':').next());
    let known = |name: &str| KNOWN.split_whitespace().any(|known| known == name);
    rest.is_empty() || next.is_some_and(|name| !known(name))
}

/// True if both are the same time, or ours is empty because it is beyond the year 9999.
fn same_time(wanted: &str, have: &str) -> bool {
    const YEAR_10000: i128 = 253_402_300_800 * 1_000_000_000;
    let beyond = |time: i128| !(-62_167_219_200_000_000_000..YEAR_10000).contains(&time);
    let wanted = time(wanted);
    wanted == time(have) || (have.is_empty() && wanted.is_ok_and(beyond))
}

/// The columns in which a packet differs.
fn packet_differences(wanted: &Row, have: &Row) -> Vec<&'static str> {
    let same = |column: &&&str| {
        let (wanted, have) = (&wanted[**column], &have[**column]);
        match **column {
            "protocols" => same_path(wanted, have),
            // The expected rows join ids by dots.
            "vlan" => *wanted == have.replace('+', "."),
            _ => wanted == have,
        }
    };
    let mut differing: Vec<_> = COLUMNS.iter().filter(|column| !same(column)).copied().collect();
    // Packets without a time have none in both.
    if wanted["time_epoch"] != have["time"] && !same_time(&wanted["time_epoch"], &have["time"]) {
        differing.push("time");
    }
    differing
}

fn summary_differences(wanted: &Row, have: &Row) -> Vec<&'static str> {
    let differs = |&&(ours, theirs): &&(&str, &str)| {
        let (have, want) = (&have[ours], &wanted[theirs]);
        if ["", "n/a", "Unknown"].contains(&want.as_str()) {
            return false;
        }
        match ours {
            "strict_time_order" => want.to_lowercase() != *have,
            _ => !same_time(want, have),
        }
    };
    SUMMARY.iter().filter(differs).map(|(ours, _)| *ours).collect()
}

/// Every difference, as `capture: where: columns`.
fn differences(captures: &Path) -> BTreeSet<String> {
    let output = tempfile::tempdir().unwrap();
    let mut command = pcapstat();
    // Applications are compared by another tool (.ci/run).
    command.args(["-q", "-j", "2", "-t", "summary,packets", "--depth", "transport", "-o"]);
    command.arg(output.path()).arg(captures);
    command.assert().code(4);
    let relative =
        |file: &str| Path::new(file).strip_prefix(captures).unwrap().to_str().unwrap().to_owned();
    let mut packets: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows(&output.path().join("packets.csv")) {
        packets.entry(relative(&row["file"])).or_default().push(row);
    }
    let expected = Path::new(SHARED).join("expected");
    let by_capture = |name: &str| -> HashMap<String, Row> {
        rows(&expected.join(name)).into_iter().map(|row| (row["capture"].clone(), row)).collect()
    };
    let (capinfos, exit_codes) = (by_capture("capinfos.csv"), by_capture("tshark_exit_codes.csv"));
    let mut found = BTreeSet::new();
    let mut note = |capture: &str, place: String, columns: Vec<&str>| {
        if !columns.is_empty() {
            found.insert(format!("{capture}: {place}: {}", columns.join(" ")));
        }
    };
    for summary in rows(&output.path().join("summary.csv")) {
        let capture = relative(&summary["file"]);
        if let Some(wanted) = capinfos.get(&capture) {
            note(&capture, "summary".into(), summary_differences(wanted, &summary));
        }
        // Captures of further encapsulations have rows that go through all of them.
        let deeper = Path::new(SHARED).join("expected-deeper").join(format!("{capture}.csv"));
        let path = expected.join(format!("{capture}.csv"));
        let path = if deeper.exists() { deeper } else { path };
        if !path.exists() {
            continue;
        }
        let wanted = rows(&path);
        let have = packets.remove(&capture).unwrap_or_default();
        let whole = exit_codes.get(&capture).is_none_or(|row| row["exit_code"] == "0");
        if have.len() < wanted.len() || (whole && have.len() > wanted.len()) {
            note(&capture, "packets".into(), vec!["count"]);
        }
        for (wanted, have) in wanted.iter().zip(&have) {
            note(
                &capture,
                format!("packet {}", wanted["packet"]),
                packet_differences(wanted, have),
            );
        }
    }
    found
}

#[test]
#[ignore = "needs ../shared/captures and ../shared/expected"]
fn every_difference_from_wireshark_is_explained() {
    let captures = Path::new(SHARED).join("captures");
    let explained: BTreeSet<String> = EXPLAINED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            line.rsplit_once(": ").expect("a line is capture: where: columns: reason").0.to_owned()
        })
        .collect();
    let found = differences(&captures);
    let unexplained: Vec<_> = found.difference(&explained).collect();
    let needless: Vec<_> = explained.difference(&found).collect();
    assert!(unexplained.is_empty(), "not explained in tests/differences.txt: {unexplained:#?}");
    assert!(
        needless.is_empty(),
        "explained in tests/differences.txt, but there is no such difference: {needless:#?}"
    );
}
