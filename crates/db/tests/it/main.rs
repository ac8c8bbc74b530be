//! The database against real files.

#[cfg(test)]
mod busy;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transactions;
#[cfg(test)]
mod writer;
