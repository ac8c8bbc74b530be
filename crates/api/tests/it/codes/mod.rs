//! One-time codes over both APIs (docs/reference/authsignal.md §3.3, §5.3), and what goes with the factors they rest on.

mod backend;
mod backend_phone;
mod between;
mod checklist_01_09;
mod checklist_10_11;
mod checklist_12_14;
mod checklist_15_19;
mod checklist_20_23;
mod checklist_49_51_apps;
mod checklist_49_53;
mod checklist_52_57;
mod checklist_54_57;
mod checklist_89_92;
mod email_otp;
mod hostile;
mod link_looks;
mod link_problems;
mod locked;
mod magic_link;
mod notices;
mod recovery_codes;
mod sms;
mod totp;
mod verified;
mod verified_kinds;
