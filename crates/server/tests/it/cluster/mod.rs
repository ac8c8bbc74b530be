//! Several processes on one database: nobody can tell which of them answered.

mod ceremonies;
mod codes;
mod first_starts;
mod limits;
mod migrating;
mod revocations;
mod rolling;
mod sessions;

use countersign_testkit::app::{Engine, TestTenant};
use countersign_testkit::nodes::{Deployment, Node};

use crate::engines::PROGRAM;

/// Two processes, and a tenant as it is reached through either.
pub(crate) struct Two {
    pub(crate) deployment: Deployment,
    pub(crate) one: Node,
    pub(crate) other: Node,
    pub(crate) here: TestTenant,
    pub(crate) there: TestTenant,
}

impl Two {
    pub(crate) fn on(engine: Engine) -> Self {
        Self::of(Deployment::new(PROGRAM, engine))
    }

    pub(crate) fn of(deployment: Deployment) -> Self {
        let tenant = deployment.tenant();
        let starting = [deployment.spawn(), deployment.spawn()];
        let [one, other] = starting.map(|starting| starting.ready().unwrap());
        let (here, there) = (tenant.at(&one.url), tenant.at(&other.url));
        Self { deployment, one, other, here, there }
    }
}
