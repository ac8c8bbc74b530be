//! Whether one-time codes are near equally likely (checklist 5), by codes as people get them: asked for over HTTP, read from the
//! mails that `--dev` catches. The same for recovery codes (checklist 20).

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::figures::number;
use crate::folder::Folder;
use crate::http::Connection;
use crate::musts::Must;
use crate::target::{Countersign, Settings};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Codes to collect.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) codes: usize,
    /// Sets of recovery codes to collect.
    #[arg(long, default_value_t = 100)]
    pub(crate) sets: usize,
}

const DIGITS: usize = 6;
/// Codes that one user and one address may ask for in ten minutes.
const EACH: usize = 12;
/// Letters of a recovery code, as many as five bits tell apart.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// χ² that fair values pass once in ten thousand times: of ten values, of 32, and of a hundred.
const TEN_VALUES: f64 = 33.72;
const LETTER_VALUES: f64 = 69.11;
const HUNDRED_VALUES: f64 = 160.2;

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let settings = Settings { binary: binary.to_owned(), catches_mail: true, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    let recovery = recovery(&server, wanted.sets).await?;
    let codes = collect(&server, wanted.codes).await?;
    ensure!(codes.iter().all(|code| code.len() == DIGITS), "a code has not {DIGITS} digits");

    let worst = (0..DIGITS).map(|place| {
        let digit = |code: &String| usize::from(code.as_bytes()[place] - b'0');
        chi_square(codes.iter().map(digit), 10)
    });
    let worst = worst.fold(0.0, f64::max);
    let pairs = chi_square(codes.iter().filter_map(|code| code[..2].parse().ok()), 100);
    let distinct = codes.iter().collect::<BTreeSet<_>>().len();
    let neighbours = codes.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let leading = codes.iter().filter(|code| code.starts_with('0')).count();
    println!(
        "{} codes, {distinct} different, {leading} with a leading zero, {neighbours} like the one before\n",
        codes.len()
    );
    let n = number(codes.len());
    // Of n codes n²/2 pairs could be alike, one in a million is; five standard deviations of a Poisson variable around that.
    let expected = n * (n - 1.0) / 2e6;
    let alike = number(codes.len() - distinct);
    Ok(vec![
        Must::at_most("codes: χ² of the digits in the worst of six places (p = 0.0001)", TEN_VALUES, worst),
        Must::at_most("codes: χ² of the first two digits (p = 0.0001)", HUNDRED_VALUES, pairs),
        Must::at_most("codes: alike, beyond what chance gives, in standard deviations", 5.0, {
            (alike - expected).abs() / expected.sqrt()
        }),
        Must::at_most("codes: like the one before", 2.0, number(neighbours)),
        recovery,
    ])
}

/// Recovery codes of many users: all of 16 letters, no two alike, no letter preferred.
async fn recovery(server: &Countersign, sets: usize) -> Result<Must> {
    let mut connection = Connection::open(server.door().address).await?;
    let mut codes = Vec::new();
    for number in 0..sets {
        let token = server.with_email(&mut connection, 1_000_000 + u64::try_from(number)?).await?;
        codes.extend(Countersign::recovery_codes(&mut connection, &token).await?);
    }
    let letters: Vec<Vec<usize>> = codes.iter().map(|code| letters(code)).collect();
    ensure!(letters.iter().all(|code| code.len() == 16), "a recovery code has not 16 letters");
    ensure!(codes.iter().collect::<BTreeSet<_>>().len() == codes.len(), "two recovery codes are alike");
    println!("{} recovery codes of {sets} sets, all different, 16 letters of 32 each: 2^80\n", codes.len());
    let found = chi_square(letters.into_iter().flatten(), LETTERS.len());
    Ok(Must::at_most("recovery codes: χ² of the letters (p = 0.0001)", LETTER_VALUES, found))
}

/// The letters of a code as numbers; what is none is left out.
fn letters(code: &str) -> Vec<usize> {
    code.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte)).collect()
}

async fn collect(server: &Countersign, wanted: usize) -> Result<Vec<String>> {
    let mut connection = Connection::open(server.door().address).await?;
    let mut codes = Vec::with_capacity(wanted);
    for user in 0.. {
        let token = server.track(&mut connection, user).await?;
        let address = format!("user-{user}@example.com");
        for sent in 0..EACH {
            let (path, body) = match sent {
                0 => ("user-authenticators/email-otp", format!(r#"{{"email":"{address}"}}"#)),
                _ => ("challenge/email-otp", "{}".to_owned()),
            };
            connection.call(&Countersign::with_token(path, &token, &body)).await?;
            let answer = connection.call(&Countersign::caught_mail(&address)).await?;
            let caught: Value = serde_json::from_str(answer.text())?;
            let code = caught["messages"][0]["code"].as_str().context("no code was caught")?;
            codes.push(code.to_owned());
            if codes.len() == wanted {
                return Ok(codes);
            }
        }
    }
    Ok(codes)
}

/// Σ (found − expected)² ÷ expected over `values` equally likely values.
fn chi_square(found: impl Iterator<Item = usize>, values: usize) -> f64 {
    let mut counts = vec![0; values];
    for value in found {
        counts[value] += 1;
    }
    let expected = number(counts.iter().sum()) / number(values);
    counts.into_iter().map(|count| (number(count) - expected).powi(2) / expected).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_values_give_nothing_and_uneven_ones_much() {
        assert!(chi_square((0..10_000).map(|n| n % 10), 10).abs() < 1e-9);
        // One value twice as likely as it should be.
        assert!(chi_square((0..11_000).map(|n| if n < 1_000 { 0 } else { n % 10 }), 10) > TEN_VALUES);
    }
}
