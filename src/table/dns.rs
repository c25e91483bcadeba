//! `dns`: names and types that were asked for, and how they were answered.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::dns::{Answers, PROTOCOLS, Question};
use crate::fold::message::dns::type_name;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "dns",
    about: "names asked for over DNS, mDNS and LLMNR: responses, errors, response times",
    columns: COLUMNS,
    needs: Needs::of_folds(FoldNeeds { dns: true, ..FoldNeeds::NOTHING }),
    content: Content::View(|report| {
        let fold = report.folds.as_ref().and_then(|folds| folds.dns.as_ref());
        let questions = fold.map(|fold| fold.questions()).unwrap_or_default();
        Rows::from_list(questions, |(question, answers), row| fill(question, answers, row))
    }),
};

columns! {
    fn fill(question: &Question, answers: &Answers) {
        let (protocol, name, kind) = question;
        let protocol = PROTOCOLS.get(usize::from(*protocol)).map(|(name, _)| *name);
        let [queries, responses] = answers.messages;
        let [no_error, name_error, server_failure, refused, other] = answers.codes;
    }
    protocol: Text, "dns, mdns or llmnr" => Cell::text(protocol);
    name: Text, "name in the first question; <Root> for the root" => Cell::Text(name);
    type: Text, "type in the first question" => Cell::Made(type_name(*kind));
    packets: Integer "packets", "packets with this question" => Cell::Integer(answers.packets);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(answers.wire_bytes);
    queries: Integer "packets", "queries" => Cell::Integer(queries);
    responses: Integer "packets", "responses" => Cell::Integer(responses);
    no_error: Integer "packets", "responses without error" => Cell::Integer(no_error);
    name_error: Integer "packets", "responses that the name does not exist" =>
        Cell::Integer(name_error);
    server_failure: Integer "packets", "responses that the server failed" =>
        Cell::Integer(server_failure);
    refused: Integer "packets", "responses that the server refused" => Cell::Integer(refused);
    other_errors: Integer "packets", "responses with another error" => Cell::Integer(other);
    answered: Integer, "queries that have a response" => Cell::Integer(answers.answered);
    retransmissions: Integer "packets", "repeated queries and responses" =>
        Cell::Integer(answers.retransmissions);
    unsolicited: Integer "packets", "responses without a query" =>
        Cell::Integer(answers.unsolicited);
    response_time_min_s: Decimal "s", "least time from a query to its first response" =>
        Cell::billionths(answers.times.least());
    response_time_mean_s: Decimal "s", "mean of these times" =>
        Cell::mean(answers.times.sum, answers.times.count);
    response_time_max_s: Decimal "s", "greatest time from a query to its first response" =>
        Cell::billionths(answers.times.greatest());
    answers: Integer, "answer records in the responses" => Cell::Integer(answers.answers);
    clients: Integer, "addresses that asked" => Cell::Integer(answers.clients.len() as u64);
    servers: Integer, "addresses that responded" => Cell::Integer(answers.servers.len() as u64);
    first_packet: Integer, "number of the first packet" => Cell::Integer(answers.first_packet);
    first_time: Time, "least timestamp" => Cell::time(answers.seen.first());
    last_time: Time, "greatest timestamp" => Cell::time(answers.seen.last());
}
