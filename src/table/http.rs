//! `http`: HTTP/1 requests by host, method and status.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::tcp::requests::{Kind, Pairs};
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "http",
    about: "HTTP/1 requests by host, method and status, with response times",
    columns: COLUMNS,
    needs: Needs {
        applications: true,
        ..Needs::of_folds(FoldNeeds { tcp: true, ..FoldNeeds::NOTHING })
    },
    content: Content::View(|report| {
        let requests = report.tcp().map(|fold| fold.requests()).unwrap_or_default();
        Rows::from_list(requests, |(kind, pairs), row| fill(kind, pairs, row))
    }),
};

columns! {
    fn fill(kind: &Kind, pairs: &Pairs) {
    }
    host: Text, "host of the request" => Cell::text(kind.host.as_deref());
    method: Text, "method; empty for responses without a request" => Cell::text(kind.method);
    status: Integer, "status of the response; empty without one" => Cell::integer(kind.status);
    requests: Integer, "requests" => Cell::Integer(pairs.requests);
    responses: Integer, "responses" => Cell::Integer(pairs.responses);
    response_time_min_s: Decimal "s", "least time from a request to its response" =>
        Cell::billionths(pairs.times.least());
    response_time_mean_s: Decimal "s", "mean of these times" =>
        Cell::mean(pairs.times.sum, pairs.times.count);
    response_time_max_s: Decimal "s", "greatest time from a request to its response" =>
        Cell::billionths(pairs.times.greatest());
    payload_bytes: Integer "bytes", "payload of the segments that begin with these heads" =>
        Cell::Integer(pairs.payload_bytes);
    clients: Integer, "addresses of clients" => Cell::Integer(pairs.clients.len() as u64);
    servers: Integer, "addresses of servers" => Cell::Integer(pairs.servers.len() as u64);
    first_packet: Integer, "number of the first packet" => Cell::Integer(pairs.first_packet);
    first_time: Time, "least timestamp" => Cell::time(pairs.seen.first());
    last_time: Time, "greatest timestamp" => Cell::time(pairs.seen.last());
}
