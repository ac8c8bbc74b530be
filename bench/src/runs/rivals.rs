//! Beside other servers, in interleaved rounds of one run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::sign_in::{add, load_table};
use crate::figures::{Spread, median_by_round};
use crate::folder::Folder;
use crate::load::{Measured, VerifyCost, closed, measure};
use crate::musts::Must;
use crate::table::Table;
use crate::target::{Countersign, Kind, Rival, Settings, Subject};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Seconds for each figure.
    #[arg(long, default_value_t = 4)]
    pub(crate) seconds: u64,
    /// Users with a passkey each.
    #[arg(long, default_value_t = 500)]
    pub(crate) users: u64,
    /// Rounds: in each, every server is measured once at 16 and once at 64 connections.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Another Node for @simplewebauthn/server than the installed one.
    #[arg(long)]
    pub(crate) node: Option<PathBuf>,
}

const CONNECTIONS: [usize; 2] = [16, 64];

/// One server's figures, a pair (16 and 64 connections) for each round.
type Rounds = Vec<[Measured; 2]>;

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let settings = Settings { binary: binary.to_owned(), ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    let simple =
        Rival::start(Kind::SimpleWebAuthn, wanted.node.as_deref(), &folder.path().join("simplewebauthn")).await?;
    let better = Rival::start(Kind::BetterAuth, None, &folder.path().join("better-auth")).await?;
    let subjects = [
        Subject::countersign("countersign", &server, wanted.users).await?,
        Subject::rival(Kind::SimpleWebAuthn.name(), &simple, wanted.users).await?,
        Subject::rival(Kind::BetterAuth.name(), &better, wanted.users).await?,
    ];
    println!("Each server took a right assertion, and refused a replayed one and one with a tampered signature.\n");

    let verify = VerifyCost::new()?;
    let length = Duration::from_secs(wanted.seconds);
    for subject in &subjects {
        // Compilers at run time need to have seen the code.
        closed(&subject.door, &subject.users, 16, Duration::from_secs(2), None).await?;
    }
    let mut found: [Rounds; 3] = Default::default();
    for _ in 0..wanted.rounds {
        let mut at_16 = Vec::new();
        for subject in &subjects {
            at_16.push(measure(subject, CONNECTIONS[0], length, &verify).await?);
        }
        for ((rounds, subject), at_16) in found.iter_mut().zip(&subjects).zip(at_16) {
            rounds.push([at_16, measure(subject, CONNECTIONS[1], length, &verify).await?]);
        }
    }
    report(&subjects, &found);
    Ok(musts(&found))
}

fn report(subjects: &[Subject], found: &[Rounds]) {
    let mut all = load_table();
    let mut summary =
        Table::new(["median (least to most)", "connections", "sign-ins/s", "p99 ms", "CPU µs", "CPU ÷ verification"]);
    for (subject, rounds) in subjects.iter().zip(found) {
        for (place, connections) in CONNECTIONS.iter().enumerate() {
            for round in rounds {
                add(&mut all, &subject.name, &round[place]);
            }
            let spread = |figure: fn(&Measured) -> f64| {
                Spread::of(rounds.iter().map(|round| figure(&round[place]))).map_or_else(String::new, |s| s.text())
            };
            summary.row([
                subject.name.clone(),
                connections.to_string(),
                spread(Measured::per_second),
                spread(|measured| measured.latencies.at(990)),
                spread(|measured| measured.cost.sign_in),
                spread(|measured| measured.cost.ratio()),
            ]);
        }
    }
    println!("{}\n{}", all.text(), summary.text());
}

fn musts([ours, simple, better]: &[Rounds; 3]) -> Vec<Must> {
    let over = |rival: &Rounds, place: usize, figure: fn(&Measured) -> f64| {
        median_by_round(ours, rival, |ours, rival| figure(&ours[place]) / figure(&rival[place]))
    };
    let verifications = Spread::of(ours.iter().map(|round| round[1].cost.ratio())).map_or(f64::NAN, |s| s.median);
    let p99 = |measured: &Measured| measured.latencies.at(990);
    vec![
        Must::at_most("CPU of a sign-in ÷ one P-256 verification, 64 connections", 6.0, verifications),
        Must::at_most("CPU of a sign-in ÷ simplewebauthn's, 16 connections", 0.45, over(simple, 0, |m| m.cost.sign_in)),
        Must::at_most("CPU of a sign-in ÷ simplewebauthn's, 64 connections", 0.45, over(simple, 1, |m| m.cost.sign_in)),
        Must::at_least("sign-ins/s ÷ better-auth's, 16 connections", 20.0, over(better, 0, Measured::per_second)),
        Must::at_least("sign-ins/s ÷ simplewebauthn's, 16 connections", 2.0, over(simple, 0, Measured::per_second)),
        Must::at_most("p99 ÷ simplewebauthn's, 16 connections", 0.6, over(simple, 0, p99)),
        Must::at_most("p99 ÷ simplewebauthn's, 64 connections", 0.6, over(simple, 1, p99)),
    ]
}
