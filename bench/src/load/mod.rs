//! Loads: closed (the next sign-in begins when the last has ended) and what they show.

mod closed;
mod cost;

pub(crate) use closed::closed;
pub(crate) use cost::{Measured, VerifyCost, measure};
