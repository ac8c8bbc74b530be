//! What a sign-in costs, beside what one verification of a signature costs at that time on that machine.

use std::time::Duration;

use anyhow::{Result, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    UnparsedPublicKey,
};

use super::closed;
use crate::figures::{Latencies, number};
use crate::process::{cpu_time, load_average, on_cpu_of_this_thread};
use crate::target::Subject;

/// One measured load.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) connections: usize,
    pub(crate) latencies: Latencies,
    pub(crate) elapsed: Duration,
    pub(crate) cost: Cost,
    /// How many wanted a processor, the other programs of this machine among them.
    pub(crate) load: String,
}

/// Processor time, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Of the server, for one sign-in.
    pub(crate) sign_in: f64,
    /// Of one verification in this process, before and after the load.
    pub(crate) verify: f64,
}

impl Cost {
    pub(crate) fn ratio(self) -> f64 {
        self.sign_in / self.verify
    }
}

impl Measured {
    /// Of processor time that was spent meanwhile: how much falls on one sign-in, in microseconds.
    pub(crate) fn each(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1e6 / number(self.latencies.count())
    }

    pub(crate) fn per_second(&self) -> f64 {
        number(self.latencies.count()) / self.elapsed.as_secs_f64()
    }
}

/// A signature to be verified again and again, by a key that is parsed already: the least that a verification can cost.
pub(crate) struct VerifyCost {
    key: ParsedPublicKey,
    message: [u8; 69],
    signature: Vec<u8>,
}

impl VerifyCost {
    /// So many that the kernel's account of a thread's time, which it brings up to date at each of its ticks, is exact to
    /// a hundredth.
    const TIMES: u32 = 6_000;

    pub(crate) fn new() -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
        // As long as what an authenticator signs: 37 bytes of its data and a hash.
        let message = [7; 69];
        let signature = pair.sign(&SystemRandom::new(), &message)?.as_ref().to_vec();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, pair.public_key().as_ref()).parse()?;
        Ok(Self { key, message, signature })
    }

    /// Processor time of one verification, in microseconds.
    pub(crate) fn measure(&self) -> Result<f64> {
        let begin = on_cpu_of_this_thread();
        for _ in 0..Self::TIMES {
            self.key.verify_sig(&self.message, &self.signature)?;
        }
        let spent = on_cpu_of_this_thread().saturating_sub(begin);
        ensure!(!spent.is_zero(), "this kernel keeps no account of a thread's time");
        Ok(spent.as_secs_f64() * 1e6 / f64::from(Self::TIMES))
    }
}

/// Runs a closed load against a server and says what it cost.
pub(crate) async fn measure(
    subject: &Subject,
    connections: usize,
    length: Duration,
    verify: &VerifyCost,
) -> Result<Measured> {
    let verify_before = verify.measure()?;
    let cpu = cpu_time(subject.process)?;
    let (latencies, elapsed) = closed(&subject.door, &subject.users, connections, length, None).await?;
    let cpu = cpu_time(subject.process)?.saturating_sub(cpu);
    let verify = f64::midpoint(verify_before, verify.measure()?);
    ensure!(latencies.count() > 0, "no sign-in ended in time");
    let sign_in = cpu.as_secs_f64() * 1e6 / number(latencies.count());
    Ok(Measured { connections, latencies, elapsed, cost: Cost { sign_in, verify }, load: load_average() })
}
