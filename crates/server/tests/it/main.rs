//! The program as others meet it: started as a process, spoken to by command line, signals and HTTP.

mod commands;
mod configuration;
mod dev;
mod documents;
mod first_start;
mod keys;
mod program;
mod serving;
mod tenants;
