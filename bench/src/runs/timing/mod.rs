//! Whether a stranger can tell by the time whom or what the server knows (checklist 56): calls about the one and the other in
//! turns, medians and ranks compared.
//!
//! The same comparison has to see a difference that is there, and none where there is none, or nothing is reported.

mod doors;
mod pairs;

use std::path::Path;

use anyhow::{Result, ensure};
use clap::Args;

use crate::folder::Folder;
use crate::http::Connection;
use crate::musts::Must;
use crate::table::Table;
use crate::target::{Countersign, Settings};
use doors::Bench;
use pairs::{Gap, Pairs};

/// How it is asked.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Pairs of calls at each door.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) pairs: usize,
    /// A PostgreSQL database that is empty; else a SQLite file in the temporary folder.
    #[arg(long)]
    pub(crate) database: Option<String>,
}

/// Below it two samples count as told apart (checklist 56).
const TOLD_APART: f64 = 0.01;

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let database = wanted.database.clone();
    let settings = Settings { binary: binary.to_owned(), database, catches_mail: true, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    let connection = Connection::open(server.door().address).await?;
    let mut bench = Bench { server, connection, pairs: wanted.pairs };

    let control = bench.wrong_key().await?.gap();
    ensure!(
        control.p < TOLD_APART,
        "A wrong key and a right one cannot be told apart here (p = {:.3}): the machine is too loud for this question.",
        control.p
    );
    let (begun, answered) = bench.users().await?;
    let doors = [
        ("challenge for a user", begun),
        ("verify, wrong code of a user", answered),
        ("challenge for an address", bench.addresses().await?),
        ("recovery code, wrong rest", bench.recovery_codes().await?),
    ];
    // Whoever can ask this knows the challenge's id, which is told to nobody but the one who asked for the link: no demand.
    let links = bench.links().await?;

    let mut table = Table::new(["calls", "pairs", "known, ms", "unknown, ms", "apart, ms", "p"]);
    add(&mut table, "control: right key, wrong key", wanted.pairs, control);
    for (name, pairs) in &doors {
        add(&mut table, name, pairs.count(), pairs.gap());
    }
    add(&mut table, "link page, wrong secret", links.count(), links.gap());
    println!("{}", table.text());
    Ok(doors.iter().flat_map(|(name, pairs)| musts(name, pairs)).collect())
}

fn add(table: &mut Table, name: &str, pairs: usize, gap: Gap) {
    let ms = |value: f64| format!("{value:.3}");
    let cells = [ms(gap.known), ms(gap.unknown), ms(gap.apart()), format!("{:.4}", gap.p)];
    let [known, unknown, apart, p] = cells;
    table.row([name.to_owned(), pairs.to_string(), known, unknown, apart, p]);
}

fn musts(name: &str, pairs: &Pairs) -> [Must; 2] {
    let gap = pairs.gap();
    [
        Must::at_most(&format!("{name}: medians apart ÷ 5 ms or 5 %"), 1.0, gap.of_what_may_be()),
        Must::at_least(&format!("{name}: p of Mann and Whitney"), TOLD_APART, gap.p),
    ]
}
