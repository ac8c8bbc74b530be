//! `kill -9` at any moment: nothing that was acknowledged is lost, nothing that was spent comes back, nothing is half done
//! (checklist 95).
//!
//! Clients run real ceremonies and keep a ledger of what was answered. The moments come from a seed, which a failure prints:
//! `KILL_SEED=… KILLS=… cargo test -p countersign-server --test it kill::`. `make soak` kills a thousand times.
//!
//! What this shows is that an answer comes after its commit, and that a commit is whole. That a commit also outlives a loss of
//! power is up to `synchronous=FULL`, `fsync` and the disk: the system stays up here.

mod again;
mod chance;
mod ledger;
mod life;
mod processes;
mod revoked;
mod round;
mod seen;
mod servers;
mod shop;
mod whole;
