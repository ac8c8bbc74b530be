//! Databases of many users, loaded row by row as if each had signed up with a passkey and never come back.
//!
//! Keys and ids follow from a user's number. Ids of all tables are in the order of the numbers, so that an index grows at
//! its end and a million users take a minute or two; sign-ins go to users in no order.

mod rows;
mod user;

use std::ops::Range;
use std::sync::mpsc::sync_channel;

use anyhow::{Result, anyhow};
use countersign_db::{Db, Options, Tx};

use crate::passkey::Passkey;
use rows::Batch;
pub(crate) use user::BulkUser;

/// Users in one transaction.
const TOGETHER: u64 = 5_000;

/// Adds `count` users with a passkey each to the tenant's database, which nobody else has open. Returns how many rows.
pub(crate) async fn load(database: &str, tenant: &str, count: u64) -> Result<u64> {
    let db = Db::open(database, Options::default()).await?;
    let now = now()?;
    let (sender, batches) = sync_channel(2);
    let tenant = tenant.to_owned();
    // Keys take longer to derive than rows to write.
    let deriving = std::thread::spawn(move || -> Result<()> {
        for first in (0..count).step_by(usize::try_from(TOGETHER)?) {
            let numbers = first..count.min(first + TOGETHER);
            sender.send(Batch::new(&tenant, numbers.map(|number| BulkUser { number, of: count }), now)?)?;
        }
        Ok(())
    });
    let mut rows = 0;
    for batch in batches {
        rows += db.write(async move |tx: &mut Tx<'_>| batch.insert(tx).await).await?;
    }
    deriving.join().map_err(|_| anyhow!("the thread that derives keys panicked"))??;
    db.close().await;
    Ok(rows)
}

/// Adds challenges that a page began and nobody finished, so many a second of the time `from` (milliseconds since 1970) in
/// which they expire. Their ids are in no order, as they are. Returns how many.
pub(crate) async fn expired(database: &str, tenant: &str, from: Range<i64>, per_second: f64) -> Result<u64> {
    spread_over(database, from, per_second, |batch| Batch::expired(tenant, batch)).await
}

/// Adds what so many sign-ins a second of the time `from` have left, of the `users` there are by turns. Returns how many rows.
pub(crate) async fn signed_in(
    database: &str,
    tenant: &str,
    from: Range<i64>,
    per_second: f64,
    users: u64,
) -> Result<u64> {
    let rows_of = |batch: &[(u64, i64)]| {
        let user = |number: u64| BulkUser { number: place(number, users), of: users };
        let sign_ins: Vec<_> = batch.iter().map(|(number, at)| (*number, *at, user(*number))).collect();
        Batch::signed_in(tenant, &sign_ins)
    };
    spread_over(database, from, per_second, rows_of).await
}

/// Numbers and their times, so many a second, made to rows and written.
async fn spread_over(
    database: &str,
    from: Range<i64>,
    per_second: f64,
    rows_of: impl Fn(&[(u64, i64)]) -> Batch,
) -> Result<u64> {
    let db = Db::open(database, Options::default()).await?;
    let step = 1e3 / per_second;
    let mut rows = 0;
    let mut batch = Vec::new();
    for number in 0_u32.. {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a run of minutes")]
        let at = from.start + (f64::from(number) * step).round() as i64;
        if at < from.end {
            batch.push((u64::from(number), at));
        }
        if batch.len() >= 5_000 || at >= from.end {
            let made = rows_of(&std::mem::take(&mut batch));
            rows += db.write(async move |tx: &mut Tx<'_>| made.insert(tx).await).await?;
        }
        if at >= from.end {
            break;
        }
    }
    db.close().await;
    Ok(rows)
}

/// Passkeys of `wanted` users spread over all `count`, or of all where there are no more.
pub(crate) fn sample(count: u64, wanted: u64) -> Result<Vec<Passkey>> {
    spread(count, wanted).map(|number| BulkUser { number, of: count }.passkey()).collect()
}

/// Different numbers below `count` in no order.
fn spread(count: u64, wanted: u64) -> impl Iterator<Item = u64> {
    (0..wanted.min(count)).map(move |turn| place(turn, count))
}

/// Whose turn it is among `count`: a step without a common divisor visits each once.
fn place(turn: u64, count: u64) -> u64 {
    const PRIME: u64 = 7_368_787;
    turn * PRIME % count
}

/// Milliseconds since 1970, as the rows have them.
pub(crate) fn now() -> Result<i64> {
    let output = std::process::Command::new("date").arg("+%s").output()?;
    let seconds: i64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(seconds * 1_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_sample_is_spread_over_all_and_names_nobody_twice() {
        let all: BTreeSet<u64> = spread(1_000, 5_000).collect();
        assert_eq!(all, (0..1_000).collect());
        let some: Vec<u64> = spread(1_000_000, 2_000).collect();
        assert_eq!(some.iter().collect::<BTreeSet<_>>().len(), 2_000);
        for part in 0..10 {
            let count = some.iter().filter(|number| *number / 100_000 == part).count();
            assert!((150..250).contains(&count), "{count} of 2,000 in part {part}");
        }
    }
}
