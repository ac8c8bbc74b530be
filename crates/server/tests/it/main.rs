//! The program as others meet it: started as a process, spoken to by command line, signals and HTTP.

#[cfg(test)]
#[macro_use]
mod engines;

#[cfg(test)]
mod citations;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dev;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod first_start;
#[cfg(test)]
mod front;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod nhost_import;
#[cfg(test)]
mod program;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod tenants;
