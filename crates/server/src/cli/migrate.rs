//! `countersign migrate`.

use serde_json::json;

use super::Answer;
use crate::open::Opened;

/// Opening has done the work; this says what it was.
pub(super) fn answer(opened: &Opened) -> Answer {
    let text = match opened.applied.as_slice() {
        [] => "The database is up to date.".to_owned(),
        names => format!("Applied {}.", names.join(", ")),
    };
    Answer::new(text, json!({ "applied": opened.applied }))
}
