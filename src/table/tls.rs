//! `tls`: handshakes by server name, version and ALPN.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::handshake::{Agreed, Handshakes};
use crate::fold::message::hello::Carrier;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "tls",
    about: "TLS handshakes over TCP, QUIC and DTLS by server name, version and ALPN, with fingerprints",
    columns: COLUMNS,
    needs: Needs {
        applications: true,
        ..Needs::of_folds(FoldNeeds { tcp: true, quic: true, dtls: true, ..FoldNeeds::NOTHING })
    },
    content: Content::View(|report| {
        let handshakes = report.folds.as_ref().map(|folds| folds.handshakes());
        let handshakes = handshakes.unwrap_or_default();
        Rows::from_list(handshakes, |(agreed, found), row| fill(agreed, found, row))
    }),
};

columns! {
    fn fill(agreed: &Agreed, found: &Handshakes) {
        let version = agreed.version.map(version);
    }
    transport: Text, "tcp, quic or dtls" => Cell::Text(match agreed.carrier {
        Carrier::Dtls => "dtls",
        Carrier::Quic => "quic",
        Carrier::Tcp => "tcp",
    });
    server_name: Text, "name of the server that the client asks for" =>
        Cell::text(agreed.server_name.as_deref());
    version: Text, "version that the server chose; empty without a ServerHello" =>
        version.map_or(Cell::Empty, Cell::Made);
    alpn: Text, "protocol that the server chose, or the first that the client offers" =>
        Cell::text(agreed.alpn.as_deref());
    cipher: Text, "cipher suite that the server chose, or mixed" =>
        Cell::text(found.cipher.text());
    handshakes: Integer, "ClientHellos" => Cell::Integer(found.handshakes);
    completed: Integer, "those with a ServerHello" => Cell::Integer(found.completed);
    alerts: Integer "streams", "streams with an alert that is not encrypted" =>
        Cell::Integer(found.alerts);
    ja3: Text, "JA3 fingerprint of the clients, or mixed" => Cell::text(found.ja3.text());
    ja3s: Text, "JA3S fingerprint of the servers, or mixed" => Cell::text(found.ja3s.text());
    ja4: Text, "JA4 fingerprint of the clients, or mixed" => Cell::text(found.ja4.text());
    clients: Integer, "addresses of clients" => Cell::Integer(found.clients.len() as u64);
    servers: Integer, "addresses of servers" => Cell::Integer(found.servers.len() as u64);
    streams: Integer "streams", "streams of TCP; connections of QUIC; conversations of DTLS" => Cell::Integer(found.streams.len() as u64);
    first_packet: Integer, "number of the first packet" => Cell::Integer(found.first_packet);
    first_time: Time, "least timestamp" => Cell::time(found.times.first());
    last_time: Time, "greatest timestamp" => Cell::time(found.times.last());
}

fn version(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".into(),
        0x0301 => "TLS 1.0".into(),
        0x0302 => "TLS 1.1".into(),
        0x0303 => "TLS 1.2".into(),
        0x0304 => "TLS 1.3".into(),
        0x0100 => "DTLS 1.0 (OpenSSL pre 0.9.8f)".into(),
        0xFEFF => "DTLS 1.0".into(),
        0xFEFD => "DTLS 1.2".into(),
        0xFEFC => "DTLS 1.3".into(),
        other => format!("0x{other:04x}"),
    }
}
