//! One-time codes over the Client API (docs/reference/authsignal.md §3.3).

mod checklist_01_09;
mod checklist_49_53;
mod email_otp;
