//! Loads: closed (the next sign-in begins when the last has ended) and open (by the clock), and what they show.

mod arrivals;
mod closed;
mod cost;
mod open;
mod pulse;

pub(crate) use arrivals::Arrivals;
pub(crate) use closed::closed;
pub(crate) use cost::{Measured, VerifyCost, measure};
pub(crate) use open::{Offered, open};
pub(crate) use pulse::{Gap, Pulse};
