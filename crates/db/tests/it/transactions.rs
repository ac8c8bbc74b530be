//! What a transaction keeps, undoes and tells its caller.

use countersign_db::{Db, Error, Tx};

use crate::support::{ACCOUNT, CLAIM, COUNT, COUNT_UP, ENTER, OPEN, fresh};

async fn open(db: &Db, id: &'static str) -> Result<u64, Error> {
    db.write(async move |tx: &mut Tx<'_>| tx.run(&OPEN, &[&id, &"open", &100_i64]).await).await
}

#[tokio::test]
async fn what_was_acknowledged_is_read() {
    let (_folder, db) = fresh().await;
    assert_eq!(open(&db, "a").await, Ok(1));
    let row = db.one(&ACCOUNT, &[&"a"]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), (Ok("open".to_owned()), Ok(100_i64)));
}

#[tokio::test]
async fn an_error_undoes_everything_before_it() {
    let (_folder, db) = fresh().await;
    let refused: Result<(), Error> = db
        .write(async |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"a", &"open", &1_i64]).await?;
            tx.run(&ENTER, &[&"e", &"nobody", &1_i64, &None::<String>, &None::<Vec<u8>>]).await?;
            Ok(())
        })
        .await;
    assert_eq!(refused, Err(Error::ForeignKey));
    assert!(db.opt(&ACCOUNT, &[&"a"]).await.unwrap().is_none());
}

/// Handlers of a multi-threaded server hold these futures across await points.
#[test]
fn futures_can_move_between_threads() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    async fn all(db: Db, id: String) -> Result<(), Error> {
        let mut local = String::new();
        send(db.opt(&ACCOUNT, &[&id])).await?;
        send(db.one(&ACCOUNT, &[&id])).await?;
        send(db.all(&ACCOUNT, &[&id])).await?;
        send(db.check(&ACCOUNT)).await?;
        send(db.migrate(&[], 0)).await?;
        local.push('x');
        send(db.write(async move |tx: &mut Tx<'_>| {
            // Neither this value nor the closure's future is Send.
            let not_send = std::rc::Rc::new(id.clone());
            tx.run(&OPEN, &[&*not_send, &local, &1_i64]).await?;
            Ok::<_, Error>(not_send.len())
        }))
        .await?;
        send(db.close()).await;
        Ok(())
    }
    let _ = |db, id| send(all(db, id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_rivals_for_one_row_one_wins() {
    let (_folder, db) = fresh().await;
    open(&db, "prize").await.unwrap();
    let rivals: Vec<_> = (0..64)
        .map(|rival| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(async move |tx: &mut Tx<'_>| {
                    tx.opt(&CLAIM, &[&format!("rival {rival}"), &"prize"]).await.map(|row| row.is_some())
                })
                .await
                .unwrap()
            })
        })
        .collect();
    let mut winners = 0;
    for rival in rivals {
        winners += u32::from(rival.await.unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bounded_counter_grants_its_limit_exactly() {
    let (_folder, db) = fresh().await;
    let rivals: Vec<_> = (0..64)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(async |tx: &mut Tx<'_>| tx.opt(&COUNT_UP, &[&"codes", &5_i64]).await)
                    .await
                    .unwrap()
                    .map(|row| row.get::<i64>(0).unwrap())
            })
        })
        .collect();
    let mut granted = Vec::new();
    for rival in rivals {
        granted.extend(rival.await.unwrap());
    }
    granted.sort_unstable();
    assert_eq!(granted, [1, 2, 3, 4, 5]);
    assert_eq!(db.one(&COUNT, &[&"codes"]).await.unwrap().get(0), Ok(5_i64));
}
