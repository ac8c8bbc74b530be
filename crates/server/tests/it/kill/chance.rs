//! Chance that can be had again: the same seed, the same choices.

/// A linear congruential generator (Knuth's MMIX). What is chosen is the same in every run of a seed; what it meets is not.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The seed that `KILL_SEED` names, else one that differs from run to run.
    pub(super) fn seed() -> u64 {
        let given = std::env::var("KILL_SEED").ok().and_then(|text| text.parse().ok());
        given.unwrap_or_else(|| u64::from_be_bytes(countersign_domain::secret::random()) >> 16)
    }

    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Self(seed);
        chance.below(2);
        chance
    }

    /// A number from zero up to this one.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Another one, for a task of its own.
    pub(super) fn fork(&mut self) -> Self {
        let low = self.below(1 << 31);
        Self::new(self.below(1 << 31) << 31 | low)
    }
}
