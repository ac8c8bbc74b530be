//! Messages to people, from the program to a mail server and to gateways for phones.

mod canaries;
mod crashes;
mod dev_inbox;
mod doctor;
mod forged;
mod house;
mod phones;
mod preview;
mod secrets;
mod tls;
