//! The database against real files and a real server.

#[cfg(test)]
#[macro_use]
mod support;

#[cfg(test)]
mod busy;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod lost_server;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod transactions;
#[cfg(test)]
mod writer;
