//! The pre-built UI in a browser, as Lighthouse judges it.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;

use crate::figures::Spread;
use crate::folder::Folder;
use crate::http::Connection;
use crate::musts::Must;
use crate::packages::BROWSER;
use crate::table::Table;
use crate::target::{Countersign, Settings};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Runs on each device, of which the median counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
}

const SCORES: [&str; 3] = ["performance", "accessibility", "best practices"];

/// Of a hundred, in each category.
const LEAST: f64 = 95.0;

/// One of Lighthouse's runs.
struct Judged {
    device: String,
    scores: [f64; 3],
    /// As the columns of the table name them.
    figures: [f64; 5],
    faults: Vec<String>,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    BROWSER.install()?;
    let folder = Folder::new()?;
    let settings = Settings { binary: binary.to_owned(), catches_mail: true, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    // A user with a passkey who is asked to confirm an action.
    let mut connection = Connection::open(server.door().address).await?;
    server.register(&mut connection, 1).await?;
    let page = server.prompt(&server.track(&mut connection, 1).await?);
    let mut command = Command::new(BROWSER.node());
    command.arg(BROWSER.file("lighthouse.mjs")).args([&page, &wanted.runs.to_string()]).stderr(Stdio::inherit());
    let output = command.kill_on_drop(true).output().await.context("cannot run Lighthouse")?;
    ensure!(output.status.success(), "Lighthouse failed");
    server.stop()?;
    let judged = String::from_utf8(output.stdout)?.lines().map(read).collect::<Result<Vec<_>>>()?;
    println!(
        "Lighthouse of {} on the page that asks for a passkey.\n\n{}",
        BROWSER.versions()?.join(", "),
        report(&judged).text()
    );
    for one in judged.iter().filter(|one| !one.faults.is_empty()) {
        println!("{}: {}", one.device, one.faults.join(", "));
    }
    Ok(musts(&judged))
}

fn read(line: &str) -> Result<Judged> {
    let said: Value = serde_json::from_str(line)?;
    let number = |name: &str| said[name].as_f64().with_context(|| format!("Lighthouse gives no {name}"));
    let score = |place: usize| said["scores"][place].as_f64().context("Lighthouse gives too few scores");
    let faults = said["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Judged {
        device: said["device"].as_str().unwrap_or_default().to_owned(),
        scores: [score(0)?, score(1)?, score(2)?],
        figures: [
            number("firstPaintMs")?,
            number("largestPaintMs")?,
            number("blockedMs")?,
            number("shift")?,
            number("bytes")? / 1_000.0,
        ],
        faults: faults.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

fn report(judged: &[Judged]) -> Table {
    let mut table = Table::new([
        "device",
        "performance",
        "accessibility",
        "best practices",
        "first paint ms",
        "largest paint ms",
        "blocked ms",
        "shift",
        "KB",
    ]);
    for one in judged {
        let [first, largest, blocked, shift, bytes] = one.figures;
        let [performance, accessibility, practices] = one.scores.map(|score| format!("{score:.0}"));
        table.row([
            one.device.clone(),
            performance,
            accessibility,
            practices,
            format!("{first:.0}"),
            format!("{largest:.0}"),
            format!("{blocked:.0}"),
            format!("{shift:.3}"),
            format!("{bytes:.1}"),
        ]);
    }
    table
}

fn musts(judged: &[Judged]) -> Vec<Must> {
    let median = |device: &str, place: usize| {
        let scores = judged.iter().filter(|one| one.device == device).map(|one| one.scores[place]);
        Spread::of(scores).map_or(f64::NAN, |spread| spread.median)
    };
    let all = ["phone", "desktop"].into_iter().flat_map(|device| (0..SCORES.len()).map(move |place| (device, place)));
    all.map(|(device, place)| {
        Must::at_least(&format!("Lighthouse, {device}: {}", SCORES[place]), LEAST, median(device, place))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_each_device_is_held_to_the_demand() {
        let line = |device: &str, performance: u8| {
            read(&format!(
                r#"{{"device":"{device}","scores":[{performance},100,100],"firstPaintMs":1,"largestPaintMs":2,"blockedMs":0,
                "shift":0,"bytes":30000,"faults":["x"]}}"#
            ))
            .unwrap()
        };
        let judged = [line("phone", 94), line("phone", 97), line("phone", 20), line("desktop", 100)];
        let holds: Vec<bool> = musts(&judged).iter().map(Must::holds).collect();
        assert_eq!(holds, [false, true, true, true, true, true]);
        assert!(musts(&[]).iter().all(|must| !must.holds()) && read("{}").is_err());
    }
}
