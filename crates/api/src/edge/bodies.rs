//! How much of all bodies may be in memory at once. The limits of one body and of connections do not bound it: one connection
//! of HTTP/2 brings a hundred bodies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Most bytes of all bodies: as many of the largest as requests are worked on.
const ROOM: usize = 64 * 1024 * 1024;
/// A body may grow to this part of what is free: when it becomes narrow, large ones are refused first, and the small ones of
/// a sign-in last.
const SHARE: usize = 8;

/// The room that is taken.
#[derive(Clone, Default)]
pub(crate) struct Bodies(Arc<AtomicUsize>);

/// What one body takes of it; given back when the request is answered.
#[derive(Default)]
pub(super) struct Held {
    bytes: usize,
    bodies: Bodies,
}

impl Bodies {
    /// Nothing yet.
    pub(super) fn hold(&self) -> Held {
        Held { bytes: 0, bodies: self.clone() }
    }
}

impl Held {
    /// So many more bytes; false where there is no room for them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let before = self.bodies.0.fetch_add(bytes, Relaxed);
        self.bytes += bytes;
        self.bytes <= ROOM.saturating_sub(before) / SHARE
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.bodies.0.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 256 * 1024;

    #[test]
    fn item_83_all_bodies_have_a_bound_and_small_ones_go_on_longest() {
        let bodies = Bodies::default();
        let mut held = Vec::new();
        let mut taken = |size: usize| {
            let mut one = bodies.hold();
            let has_room = one.grow(size);
            if has_room {
                held.push(one);
            }
            has_room
        };
        let large = (0..1000).filter(|_| taken(LARGE)).count();
        assert!((240..=256).contains(&large), "{large}");
        let small = (0..100_000).filter(|_| taken(2048)).count();
        assert!(small > 800, "{small}");
        assert!(bodies.0.load(Relaxed) <= ROOM);
        drop(held);
        assert_eq!(bodies.0.load(Relaxed), 0);
    }

    #[test]
    fn a_body_that_comes_in_pieces_is_counted_whole() {
        let bodies = Bodies::default();
        let _others: Vec<_> = (0..224).map(|_| grown(&bodies, LARGE)).collect();
        let mut one = bodies.hold();
        assert!((0..64).all(|_| one.grow(4096)), "an eighth of what is free is a megabyte");
        let _others: Vec<_> = (0..24).map(|_| grown(&bodies, LARGE)).collect();
        assert!(!one.grow(4096));
        assert!(bodies.hold().grow(4096));
    }

    fn grown(bodies: &Bodies, bytes: usize) -> Held {
        let mut held = bodies.hold();
        held.grow(bytes);
        held
    }
}
