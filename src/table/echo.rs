//! `echo`: round-trip times and losses of ICMP and ICMPv6 echo.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::echo::Exchange;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "echo",
    about: "ICMP and ICMPv6 echo: round-trip times and losses per client, server and identifier",
    columns: COLUMNS,
    needs: Needs::of_folds(FoldNeeds { echo: true, ..FoldNeeds::NOTHING }),
    content: Content::View(|report| {
        let fold = report.folds.as_ref().and_then(|folds| folds.echo.as_ref());
        let exchanges = fold.map(|fold| fold.exchanges()).unwrap_or_default();
        Rows::from_list(exchanges, |exchange, row| fill(exchange, row))
    }),
};

columns! {
    fn fill(exchange: &Exchange) {
    }
    client: Text, "address that sent the requests" => Cell::address(exchange.client);
    server: Text, "address that sent the replies" => Cell::address(exchange.server);
    identifier: Integer, "identifier in requests and replies" =>
        Cell::Integer(exchange.identifier.into());
    requests: Integer "packets", "echo requests" => Cell::Integer(exchange.requests);
    replies: Integer "packets", "echo replies" => Cell::Integer(exchange.replies);
    unanswered: Integer "packets", "requests without a reply" =>
        Cell::Integer(exchange.requests - exchange.answered);
    duplicates: Integer "packets", "replies to a request that had one" =>
        Cell::Integer(exchange.duplicates);
    rtt_min_s: Decimal "s", "least time from a request to its first reply" =>
        Cell::billionths(exchange.round_trips.least());
    rtt_mean_s: Decimal "s", "mean of these times" =>
        Cell::mean(exchange.round_trips.sum, exchange.round_trips.count);
    rtt_max_s: Decimal "s", "greatest time from a request to its first reply" =>
        Cell::billionths(exchange.round_trips.greatest());
    first_packet: Integer, "number of the first packet" => Cell::Integer(exchange.first_packet);
    first_time: Time, "least timestamp" => Cell::time(exchange.times.first());
    last_time: Time, "greatest timestamp" => Cell::time(exchange.times.last());
}
