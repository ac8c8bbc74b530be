//! The doors, tested over HTTP on a real database. One module a scenario.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod actions;
mod audit;
mod auth_forms;
mod ceremonies;
mod challenge_ids;
mod checklist_29_32;
mod checklist_33_38;
mod checklist_39;
mod checklist_42_45;
mod checklist_46_48;
mod codes;
mod cors;
mod enrolment;
mod errors;
mod forgery;
mod frames;
mod graphql;
mod hanging;
mod headers;
mod hostile;
mod import;
mod keys;
mod late;
mod management;
mod outbox;
mod own_factors;
mod prompts;
mod races;
mod response_rules;
mod retention;
mod room;
mod schema;
mod sessions;
mod sign_in;
mod spoiled;
mod surface;
mod sweeping;
mod tokens;
mod tracking;
mod unstored;
mod users;
mod validate;
