//! Limits per address, in memory, before costly work (decisions §7, checklist 85).
//!
//! Two buckets an address. *Requests* is generous: it only keeps one client from taking the whole machine. *Strangers* is
//! for what comes without proof: calls with a tenant id alone, and failed authentication, which is charged afterwards.
//! A flood of bad keys therefore runs into 429 while good calls from the same address go on.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_domain::Error;
use countersign_domain::clock::Span;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// Requests a second, and how many at once, for one address.
#[derive(Debug, Clone, Copy)]
pub struct AddressLimits {
    /// All requests.
    pub requests_per_second: NonZeroU32,
    /// Calls without a token or key, and calls whose token or key was refused.
    pub strangers_per_second: NonZeroU32,
}

impl Default for AddressLimits {
    fn default() -> Self {
        const REQUESTS: NonZeroU32 = NonZeroU32::new(1000).unwrap();
        const STRANGERS: NonZeroU32 = NonZeroU32::new(20).unwrap();
        Self { requests_per_second: REQUESTS, strangers_per_second: STRANGERS }
    }
}

#[derive(Clone)]
pub(crate) struct Limiter {
    requests: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    strangers: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    calls: Arc<AtomicU32>,
}

impl Limiter {
    pub(crate) fn new(limits: AddressLimits) -> Self {
        let bucket = |per_second: NonZeroU32, seconds_at_once: u32| {
            let at_once = NonZeroU32::new(per_second.get().saturating_mul(seconds_at_once)).unwrap_or(per_second);
            Arc::new(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(at_once)))
        };
        Self {
            requests: bucket(limits.requests_per_second, 2),
            strangers: bucket(limits.strangers_per_second, 6),
            calls: Arc::default(),
        }
    }

    /// Lets a request in. A request without an address (a test that calls the router directly) is not limited.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        // Buckets that are full again are forgotten, so that memory follows the addresses of the last minutes.
        if self.calls.fetch_add(1, Ordering::Relaxed) % 16_384 == 16_383 {
            self.requests.retain_recent();
            self.strangers.retain_recent();
        }
        take(&self.requests, address)
    }

    /// Charges a call that came without proof.
    pub(crate) fn charge(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        take(&self.strangers, address)
    }
}

fn take(limiter: &DefaultKeyedRateLimiter<IpAddr>, address: Option<IpAddr>) -> Result<(), Problem> {
    let Some(address) = address else { return Ok(()) };
    limiter.check_key(&network(address)).map_err(|full| {
        let wait = full.wait_time_from(DefaultClock::default().now()).as_millis();
        Error::TooMany { retry_after: Span(i64::try_from(wait).unwrap_or(i64::MAX)) }.into()
    })
}

/// One IPv6 subscriber holds at least a /64 (RFC 6177): its addresses share a bucket.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_run_out_long_before_requests_do() {
        let limiter = Limiter::new(AddressLimits::default());
        let one: Option<IpAddr> = "192.0.2.1".parse().ok();
        let other: Option<IpAddr> = "192.0.2.2".parse().ok();
        let refused = (0..200).find_map(|_| limiter.charge(one).err()).expect("the bucket runs out");
        assert_eq!(refused.code(), "too_many_requests");
        assert!(limiter.admit(one).is_ok() && limiter.charge(other).is_ok());
    }

    #[test]
    fn an_ipv6_network_shares_a_bucket() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:2:ffff::9")));
        assert_ne!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:3::1")));
    }
}
