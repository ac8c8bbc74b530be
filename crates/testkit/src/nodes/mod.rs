//! The real program as several processes on one database, as an operator runs it.
//!
//! ```no_run
//! # use countersign_testkit::app::Engine;
//! # use countersign_testkit::forger::Authenticator;
//! # use countersign_testkit::nodes::Deployment;
//! # async fn story(program: &str) {
//! let deployment = Deployment::new(program, Engine::Postgres);
//! let (one, other) = (deployment.start(), deployment.start());
//! let shop = deployment.tenant();
//! let (here, there) = (shop.at(&one.url), shop.at(&other.url));
//! let token = here.track("ada", "sign-up").await.token;
//! there.enrol_passkey(&token, &Authenticator::new()).await.ok();
//! # }
//! ```

#![expect(clippy::expect_used, reason = "what a test stands on either holds or fails the test")]

mod balancer;
mod deployment;
mod node;

pub use balancer::Balancer;
pub use deployment::Deployment;
pub use node::{Node, Starting};
