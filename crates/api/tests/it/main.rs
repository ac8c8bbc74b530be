//! The doors, tested over HTTP on a real database. One module a scenario.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod audit;
mod ceremonies;
mod challenge_ids;
mod checklist_29_32;
mod checklist_33_38;
mod checklist_39;
mod checklist_42_45;
mod checklist_46_48;
mod frames;
mod races;
mod schema;
mod sign_in;
mod spoiled;
