//! The page of `--report`: well-formed, bounded, escaped, the same for any number of workers, whole
//! or not at all. `tests/page/run.sh` looks at it in a browser.

mod contents;

use crate::builder::Pcap;
use crate::cli::{directory, run};
use crate::frames::{tcp, udp};
use pcapstat::page::MOST_BYTES;
use std::fs;
use std::path::Path;

const HOSTILE: &str = "<script>alert(1)</script>&\"'><img src=x onerror=alert(2)>";

/// A question for a name of one label, or of several.
fn dns(name: &[u8]) -> Vec<u8> {
    let mut message = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.chunks(60) {
        message.push(label.len() as u8);
        message.extend(label);
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// A ClientHello that asks for a server.
fn client_hello(name: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| (bytes as u16).to_be_bytes();
    let mut extension = vec![0, 0];
    extension.extend(length(name.len() + 5));
    extension.extend(length(name.len() + 3));
    extension.push(0);
    extension.extend(length(name.len()));
    extension.extend(name);
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0x13, 1, 1, 0]);
    body.extend(length(extension.len()));
    body.extend(extension);
    let mut record = vec![0x16, 3, 1];
    record.extend(length(body.len() + 4));
    record.extend([1, 0]);
    record.extend(length(body.len()));
    record.extend(body);
    record
}

/// A capture whose names are markup.
fn hostile() -> Pcap {
    let mut file = Pcap::ethernet();
    file.frame(0, &udp(4000, 53, &dns(HOSTILE.as_bytes())));
    file.frame(1, &tcp(4001, 443, &client_hello(HOSTILE.as_bytes())));
    let request = format!("GET / HTTP/1.1\r\nHost: {HOSTILE}\r\n\r\n");
    file.frame(2, &tcp(4002, 80, request.as_bytes()));
    file
}

/// Writes a page of these paths and returns it.
fn page(directory: &Path, options: &[&str]) -> String {
    let arguments = [&["-q", "--report", "page.html"], options].concat();
    let said = run(directory, &arguments);
    assert!(matches!(said.code, Some(0 | 3 | 4)), "{:?}: {}", said.code, said.stderr);
    fs::read_to_string(directory.join("page.html")).expect("a page in UTF-8")
}

/// Asserts that every element is closed in order, every attribute is quoted and nothing is loaded.
fn assert_well_formed(page: &str) {
    const VOID: [&str; 4] = ["meta", "link", "input", "!DOCTYPE"];
    let mut open = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).expect("a tag has a name");
        rest = after;
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "before {:.80}", after);
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
        let quoted = tag.split('"').skip(1).step_by(2).collect::<Vec<_>>();
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        let loads = ["src=", "href=\"http", "url(", "@import"];
        assert!(!loads.iter().any(|loads| tag.contains(loads)), "{tag}");
        assert!(quoted.iter().all(|value| !value.contains('<')), "{tag}");
        if let Some((name, end)) = match name {
            "script" if !tag.starts_with('/') => Some(("script", "</script>")),
            "style" if !tag.starts_with('/') => Some(("style", "</style>")),
            _ => None,
        } {
            let (_, after) = rest.split_once(end).expect("it is closed");
            assert_eq!(open.pop(), Some(name));
            rest = after;
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    assert_eq!(page.matches("<script>").count(), 1);
}

#[test]
fn a_page_tells_all_about_a_capture() {
    let directory = directory();
    fs::write(directory.path().join("hostile.pcap"), hostile().bytes).expect("a capture");
    let page = page(directory.path(), &["-t", "summary", "hostile.pcap"]);
    assert_well_formed(&page);
    for heading in
        ["Traffic over time", "Protocols", "Conversations", "Endpoints", "TCP", "DNS, TLS and HTTP"]
    {
        assert!(page.contains(&format!("<h3>{heading}</h3>")), "no {heading}");
    }
    for part in ["DNS names by", "TLS servers by", "HTTP hosts by", "<h1>hostile.pcap</h1>"] {
        assert!(page.contains(part), "no {part}");
    }
}

/// Names of files, DNS, TLS and HTTP are markup.
#[test]
fn text_of_a_capture_is_escaped() {
    let directory = directory();
    let name = if cfg!(windows) { "&'.pcap" } else { "<b onclick=alert(1)>&\"'\u{202e}.pcap" };
    fs::write(directory.path().join(name), hostile().bytes).expect("a capture");
    fs::write(directory.path().join("broken<i>.pcap"), b"no capture").expect("a file");
    for paths in [&["."][..], &[name]] {
        let page = page(directory.path(), paths);
        assert_well_formed(&page);
        assert!(!page.contains("<b onclick") && !page.contains("broken<i>"));
        assert!(!page.contains('\u{202e}') && !page.contains("alert(1)</script>"));
        // DNS, TLS and HTTP.
        let escaped = page.matches("&#60;script&#62;alert(1)").count();
        assert!(escaped >= 3, "{escaped} names are shown");
    }
}

#[test]
fn a_page_does_not_depend_on_the_workers() {
    let directory = directory();
    let mut file = Pcap::ethernet();
    for number in 0..3_000 {
        file.frame(number * 7, &tcp(80, 1 + (number % 500) as u16, &[1; 30]));
    }
    let captures = directory.path().join("captures");
    fs::create_dir(&captures).expect("a directory");
    fs::write(captures.join("b.pcap"), &file.bytes).expect("a capture");
    fs::write(captures.join("c.pcap"), hostile().bytes).expect("a capture");
    for options in [
        &["captures/b.pcap"][..],
        &["a.pcap", "captures"],
        &["--merge", "captures"],
        &["--total", "captures"],
    ] {
        let with = |jobs, bytes| {
            page(directory.path(), &[options, &["-j", jobs, "--range-bytes", bytes]].concat())
        };
        let serial = with("1", "1G");
        assert_well_formed(&serial);
        for (jobs, bytes) in [("2", "3000"), ("7", "100"), ("7", "2M")] {
            assert!(serial == with(jobs, bytes), "{options:?} -j {jobs} --range-bytes {bytes}");
        }
    }
}

/// Long and many names, many conversations, many captures.
#[test]
fn a_page_is_bounded() {
    let directory = directory();
    let mut file = Pcap::ethernet();
    for number in 0..3_000_u32 {
        let name = format!("{number}{}", "<&\"'>".repeat(40));
        let port = 1 + number as u16;
        file.frame(number * 1_000, &udp(port, 53, &dns(name.as_bytes())));
        file.frame(number * 1_000, &tcp(port, 443, &client_hello(name.as_bytes())));
        let request = format!("GET / HTTP/1.1\r\nHost: {name}\r\n\r\n");
        file.frame(number * 1_000, &tcp(port, 80, request.as_bytes()));
    }
    fs::write(directory.path().join("a.pcap"), &file.bytes).expect("a capture");
    let one = page(directory.path(), &["a.pcap"]);
    assert!(one.len() < MOST_BYTES && one.len() > 100_000, "{} bytes", one.len());
    assert!(one.contains(" more in the table <code>dns</code>"));
    assert_well_formed(&one);

    let many = directory.path().join("many");
    fs::create_dir(&many).expect("a directory");
    let quotes = if cfg!(windows) { "'" } else { "<&\"" }.repeat(50);
    for number in 0..1_200 {
        let name = many.join(format!("{number}{quotes}.pcap"));
        fs::write(name, hostile().bytes).expect("a capture");
    }
    let page = page(directory.path(), &["many"]);
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    assert_well_formed(&page);
    assert!(
        page.contains("<h1>1,200 captures</h1>") && page.contains("more captures are in the sums")
    );
}

#[test]
fn a_page_is_whole_or_not_at_all_and_never_an_input() {
    let directory = directory();
    let before = fs::read(directory.path().join("a.pcap")).expect("a capture");
    fs::write(directory.path().join("a.html"), &before).expect("a capture");
    let said = run(directory.path(), &["--report", "a.html", "a.html"]);
    assert_eq!(said.code, Some(74));
    said.assert_one_message(&["a.html", "is an input"]);
    assert_eq!(fs::read(directory.path().join("a.html")).expect("a capture"), before);
    let said = run(directory.path(), &["--report", "none/page.html", "a.pcap"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(74), ""));
    assert!(!directory.path().join("none").exists());

    // The tables beside it are the same.
    let alone = run(directory.path(), &["-t", "ports", "a.pcap"]);
    let beside = run(directory.path(), &["-t", "ports", "--report", "page.html", "a.pcap"]);
    assert_eq!((beside.code, beside.stdout), (Some(0), alone.stdout));
}

/// Nobody takes a part of a capture for the whole.
#[test]
fn a_page_tells_which_packets_it_counts() {
    let directory = directory();
    assert!(!page(directory.path(), &["a.pcap"]).contains("Only packets selected"));
    let selected =
        page(directory.path(), &["--filter", "udp && port 53", "--packets", "1..", "a.pcap"]);
    let said = "selected by <code>--filter &#39;udp &#38;&#38; port 53&#39; --packets &#39;1..&#39;</code>";
    assert!(selected.contains(said), "{selected:.2000}");
    assert_well_formed(&selected);
}

/// A page with another extension would be opened by a program that cannot read it.
#[test]
fn a_page_has_the_extension_of_html() {
    let directory = directory();
    fs::create_dir(directory.path().join("out")).expect("a directory");
    for (wrong, says) in [
        ("-", "takes a file, as tables go to standard output"),
        ("out", "is a directory; --report takes a file"),
        ("page.pdf", "for PDF, print it from a browser"),
        ("a.pcap", "name it FILE.html"),
        ("page.html.gz", "name it FILE.html"),
    ] {
        let said = run(directory.path(), &["--report", wrong, "a.pcap"]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{wrong}");
        assert!(said.stderr.contains(says), "{wrong}: {}", said.stderr);
    }
    assert!(!directory.path().join("page.pdf").exists());
    for right in ["page.HTML", "page.htm", "page"] {
        let said = run(directory.path(), &["-q", "--report", right, "a.pcap"]);
        assert_eq!(said.code, Some(0), "{right}: {}", said.stderr);
        let page = fs::read_to_string(directory.path().join(right)).expect("a page");
        assert!(page.ends_with("</html>"), "{right}");
    }
}
