//! Places for connections: so many in all, so many for one address. When they run out, the connection that can best be
//! spared gives way: one that is silent, or has long been idle. One whose request is worked on never does.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_api::TrustedProxies;
use tokio::sync::Notify;

use super::connection::Connection;

/// How many connections are looked at for the one that can best be spared.
const SAMPLE: usize = 64;
/// How many may be about to give way. They are open files until they have.
const LEAVING: usize = 16;

/// All connections.
pub(super) struct Places {
    capacity: usize,
    per_address: usize,
    trusted: TrustedProxies,
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Default)]
struct Held {
    all: Vec<Arc<Connection>>,
    of_address: HashMap<IpAddr, Vec<Arc<Connection>>>,
    cursor: usize,
    /// Told to give way, and still there.
    leaving: usize,
}

/// A connection's place; free again when this is dropped.
pub(super) struct Place {
    pub(super) connection: Arc<Connection>,
    places: Arc<Places>,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All are busy: one will be free soon.
    Everywhere,
    /// The address has its share, and all of it is busy.
    ForAddress,
}

impl Places {
    pub(super) fn new(capacity: usize, per_address: usize, trusted: TrustedProxies) -> Self {
        // However few files there are, one address does not get all of them.
        let per_address = per_address.min(capacity.div_ceil(4) * 3);
        Self { capacity, per_address, trusted, held: Mutex::default(), freed: Notify::new() }
    }

    /// A place for a connection from `address`; where none is free, another gives way.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let counted_for = (!self.trusted.contains(address)).then(|| network(address));
        let mut held = self.held();
        if held.leaving >= LEAVING {
            return Err(Full::Everywhere);
        }
        let of_address = counted_for.and_then(|network| held.of_address.get(&network));
        if let Some(same) = of_address.filter(|same| same.len() >= self.per_address) {
            let spared = most_dispensable(same.iter()).ok_or(Full::ForAddress)?;
            held.dismiss(&spared);
        }
        if held.all.len() >= self.capacity {
            let spared = held.sample().ok_or(Full::Everywhere)?;
            held.dismiss(&spared);
        }
        Ok(self.add(&mut held, counted_for))
    }

    /// A place beyond all limits: for the last connections before the listener is closed.
    pub(super) fn take_anyway(self: &Arc<Self>, address: IpAddr) -> Place {
        self.add(&mut self.held(), Some(network(address)))
    }

    fn add(self: &Arc<Self>, held: &mut Held, counted_for: Option<IpAddr>) -> Place {
        let connection = Arc::new(Connection::new(counted_for));
        held.add(&connection);
        Place { connection, places: self.clone() }
    }

    /// Lets one connection give way, whoever's; false when all are busy.
    pub(super) fn spare_one(&self) -> bool {
        let mut held = self.held();
        let spared = held.sample();
        if let Some(spared) = &spared {
            held.dismiss(spared);
        }
        spared.is_some()
    }

    /// How many there are.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many are open.
    pub(super) fn open(&self) -> usize {
        let held = self.held();
        held.all.len() + held.leaving
    }

    /// Returns when one was closed since the last call.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Returns when none is open.
    pub(super) async fn empty(&self) {
        while self.open() > 0 {
            self.freed().await;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held();
        if !held.remove(&self.connection) {
            held.leaving -= 1;
        }
        drop(held);
        // A permit is kept for the next who waits; there is one at most.
        self.places.freed.notify_one();
    }
}

impl Held {
    fn add(&mut self, connection: &Arc<Connection>) {
        connection.position.store(self.all.len(), Relaxed);
        self.all.push(connection.clone());
        if let Some(network) = connection.counted_for {
            self.of_address.entry(network).or_default().push(connection.clone());
        }
    }

    /// Tells a connection to end. It is no longer counted: its task closes it as soon as it runs.
    fn dismiss(&mut self, connection: &Arc<Connection>) {
        if self.remove(connection) {
            self.leaving += 1;
        }
        connection.give_way.notify_one();
    }

    /// False when it was removed before.
    fn remove(&mut self, connection: &Arc<Connection>) -> bool {
        let position = connection.position.swap(usize::MAX, Relaxed);
        if position == usize::MAX {
            return false;
        }
        self.all.swap_remove(position);
        if let Some(moved) = self.all.get(position) {
            moved.position.store(position, Relaxed);
        }
        if let Some(network) = connection.counted_for
            && let Some(same) = self.of_address.get_mut(&network)
        {
            same.retain(|other| !Arc::ptr_eq(other, connection));
            if same.is_empty() {
                self.of_address.remove(&network);
            }
        }
        true
    }

    /// The most dispensable of the next few; of all, when these are busy.
    fn sample(&mut self) -> Option<Arc<Connection>> {
        if self.all.is_empty() {
            return None;
        }
        let from = self.cursor % self.all.len();
        self.cursor = from + SAMPLE;
        let round = || self.all[from..].iter().chain(&self.all[..from]);
        most_dispensable(round().take(SAMPLE)).or_else(|| most_dispensable(round().skip(SAMPLE)))
    }
}

fn most_dispensable<'a>(connections: impl Iterator<Item = &'a Arc<Connection>>) -> Option<Arc<Connection>> {
    let ranked = connections.filter_map(|connection| connection.dispensable().map(|rank| (rank, connection)));
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, connection)| connection.clone())
}

/// One IPv6 subscriber holds at least a /64 (RFC 6177): its addresses count together.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn places(capacity: usize, per_address: usize) -> Arc<Places> {
        Arc::new(Places::new(capacity, per_address, TrustedProxies::parse(["10.0.0.1"]).unwrap()))
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    /// Whether a place was told to give way, and closes it if so.
    fn gave_way(place: &Place) -> bool {
        place.connection.position.load(Relaxed) == usize::MAX
    }

    #[test]
    fn a_silent_connection_gives_way_and_a_busy_one_does_not() {
        let places = places(4, 4);
        let held: Vec<_> = (1..=4).map(|n| places.take(address(n)).unwrap()).collect();
        held[0].connection.begin(false);
        held[1].connection.begin(false);
        held[1].connection.end();
        std::thread::sleep(Duration::from_millis(5));
        held[2].connection.wrote();
        let fifth = places.take(address(5)).unwrap();
        assert!(gave_way(&held[3]) && !gave_way(&held[0]), "the one that was silent for longest");
        fifth.connection.begin(false);
        let sixth = places.take(address(6)).unwrap();
        sixth.connection.begin(false);
        let seventh = places.take(address(7)).unwrap();
        seventh.connection.begin(false);
        assert_eq!(places.take(address(8)).err(), Some(Full::Everywhere), "all four are busy");
        drop(seventh);
        assert!(places.take(address(8)).is_ok());
    }

    #[test]
    fn a_request_whose_body_does_not_arrive_gives_way_too() {
        let places = places(1, 1);
        let slow = places.take(address(1)).unwrap();
        slow.connection.begin(false);
        slow.connection.arriving();
        assert!(places.take(address(2)).is_ok() && gave_way(&slow));
    }

    #[test]
    fn those_who_give_way_are_waited_for() {
        let places = places(40, 40);
        let held: Vec<_> = (0..60).map_while(|n| places.take(address(n)).ok()).collect();
        assert_eq!((held.len(), places.open()), (40 + LEAVING, 40 + LEAVING));
        drop(held);
        assert_eq!(places.open(), 0);
        assert!(places.take(address(1)).is_ok());
    }

    #[test]
    fn one_address_has_its_share_and_a_trusted_proxy_all() {
        let places = places(100, 2);
        let busy = |n| {
            let place = places.take(n)?;
            place.connection.begin(false);
            Ok::<_, Full>(place)
        };
        let mut held = vec![busy(address(1)).unwrap(), busy(address(1)).unwrap()];
        assert_eq!(places.take(address(1)).err(), Some(Full::ForAddress));
        held.push(busy(address(2)).unwrap());
        let subscriber = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(|text| busy(text.parse().unwrap()));
        assert_eq!(subscriber.iter().filter(|place| place.is_ok()).count(), 2, "one /64 counts as one");
        let proxy: Vec<_> = (0..50).map(|_| busy(IpAddr::from([10, 0, 0, 1]))).collect();
        assert!(proxy.iter().all(Result::is_ok));
        drop((held, subscriber, proxy));
        assert_eq!((places.open(), places.held().of_address.len()), (0, 0));
    }

    #[test]
    fn few_places_are_not_all_for_one_address() {
        let places = places(160, 512);
        let taken: Vec<_> = (0..160)
            .map_while(|_| {
                let place = places.take(address(1)).ok()?;
                place.connection.begin(false);
                Some(place)
            })
            .collect();
        assert_eq!(taken.len(), 120);
    }

    #[tokio::test]
    async fn it_is_told_when_the_last_has_gone() {
        let places = places(2, 2);
        let place = places.take(address(1)).unwrap();
        let waiting = tokio::spawn({
            let places = places.clone();
            async move { places.empty().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(place);
        waiting.await.unwrap();
    }
}
