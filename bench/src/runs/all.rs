//! All runs but the soak, one after another.

use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::{codes, flood, growth, overload, pages, rivals, sign_in, timing};
use crate::musts::Must;

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Two minutes instead of a quarter of an hour: fewer users, fewer rounds, figures that move more.
    #[arg(long)]
    quick: bool,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let quick = wanted.quick;
    let pick = |long, short| if quick { short } else { long };
    let (seconds, rounds) = (pick(4, 2), if quick { 2 } else { 5 });
    let mut musts = Vec::new();

    head("One server");
    let users = pick(500, 100);
    let one = sign_in::Wanted { seconds, users, connections: vec![1, 16, 64], rounds: 1, database: None };
    musts.extend(sign_in::run(binary, &one).await?);

    head("Beside others");
    let others = rivals::Wanted { seconds, users, rounds, node: None };
    musts.extend(rivals::run(binary, &others).await?);

    head("Many users");
    let (users, postgres_users) = if quick {
        (vec![1_000, 100_000], vec![1_000])
    } else {
        (vec![1_000, 100_000, 1_000_000], vec![1_000, 1_000_000])
    };
    musts.extend(growth::run(binary, &growth::Wanted { seconds, rounds, users, postgres_users }).await?);

    head("Overload");
    let (seconds, peak_seconds) = (pick(30, 8), pick(5, 2));
    for connections in [2_000, 8_000] {
        let users = 1_000;
        let overload = overload::Wanted { seconds, peak_seconds, factor: 10.0, connections, users, unpinned: false };
        musts.extend(overload::run(binary, &overload).await?);
    }

    head("A flood of wrong keys");
    let flood = flood::Wanted { seconds: pick(10, 4), good: 200.0, bad: 4_000.0 };
    musts.extend(flood::run(binary, &flood).await?);

    head("One-time codes");
    let wanted = codes::Wanted { codes: if quick { 2_000 } else { 10_000 }, sets: if quick { 20 } else { 100 } };
    musts.extend(codes::run(binary, &wanted).await?);

    head("What the time tells a stranger");
    let pairs = if quick { 200 } else { 1_000 };
    musts.extend(timing::run(binary, &timing::Wanted { pairs, database: None }).await?);

    head("The pre-built UI in a browser");
    musts.extend(pages::run(binary, &pages::Wanted { runs: if quick { 1 } else { 3 } }).await?);
    head("What has to be reached");
    Ok(musts)
}

fn head(name: &str) {
    println!("\n## {name}\n");
}
