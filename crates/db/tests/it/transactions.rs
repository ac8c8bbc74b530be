//! What a transaction keeps, undoes and tells its caller.

use countersign_db::{Db, Error, Tx};

use crate::support::{ACCOUNT, CLAIM, COUNT, COUNT_UP, DRAW, ENTER, Engine, OPEN, SHUT, exists, fresh_on, open};

on_both_engines! {
    what_was_acknowledged_is_read,
    an_error_undoes_everything_before_it,
    the_callers_own_error_comes_back_and_undoes,
    errors_are_told_apart_by_code_and_hold_no_values,
    after_a_failed_statement_nothing_is_committed,
    a_missing_row_does_not_spoil_the_transaction,
    a_transaction_reads_its_own_writes,
    run_counts_the_rows_it_changed,
    of_64_rivals_for_one_row_one_wins,
    a_bounded_counter_grants_its_limit_exactly,
}

async fn what_was_acknowledged_is_read(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    assert_eq!(open(&db, "a").await, Ok(1));
    for n in 1..=100_i64 {
        db.write(async |tx: &mut Tx<'_>| tx.run(&DRAW, &[&1_i64, &"a"]).await).await.unwrap();
        // By whatever thread and connection comes next.
        let (short, long) = (db.clone(), db.clone());
        let short = tokio::spawn(async move { short.one(&ACCOUNT, &[&"a"]).await.unwrap().get(1) });
        let long = tokio::spawn(async move { long.all(&ACCOUNT, &[&"a"]).await.unwrap()[0].get(1) });
        assert_eq!((short.await.unwrap(), long.await.unwrap()), (Ok(100 - n), Ok(100 - n)));
    }
}

async fn an_error_undoes_everything_before_it(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let refused: Result<(), Error> = db
        .write(async |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"a", &"open", &1_i64]).await?;
            tx.run(&ENTER, &[&"e", &"nobody", &1_i64, &None::<String>, &None::<Vec<u8>>]).await?;
            Ok(())
        })
        .await;
    assert_eq!(refused, Err(Error::ForeignKey));
    assert!(!exists(&db, "a").await);
}

async fn the_callers_own_error_comes_back_and_undoes(engine: Engine) {
    #[derive(Debug, PartialEq)]
    enum Refusal {
        Poor { has: i64 },
        Db(Error),
    }
    impl From<Error> for Refusal {
        fn from(error: Error) -> Self {
            Self::Db(error)
        }
    }
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    let draw = async |amount: i64| {
        db.write(async move |tx: &mut Tx<'_>| {
            tx.run(&DRAW, &[&amount, &"a"]).await?;
            let has = tx.one(&ACCOUNT, &[&"a"]).await?.get(1)?;
            if has < 50 { Err(Refusal::Poor { has }) } else { Ok(has) }
        })
        .await
    };
    assert_eq!(draw(40).await, Ok(60));
    assert_eq!(draw(40).await, Err(Refusal::Poor { has: 20 }));
    // The CHECK of the table: a bug of the caller, said without the value.
    assert!(matches!(draw(400).await, Err(Refusal::Db(Error::Internal(_)))));
    assert_eq!(db.one(&ACCOUNT, &[&"a"]).await.unwrap().get(1), Ok(60_i64));
}

async fn errors_are_told_apart_by_code_and_hold_no_values(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "secret-id").await.unwrap();
    let run = async |statement: &'static countersign_db::Statement, id: &'static str, other: &'static str| {
        let done: Result<u64, Error> = db
            .write(async move |tx: &mut Tx<'_>| match statement.sql.matches('$').count() {
                1 => tx.run(statement, &[&id]).await,
                3 => tx.run(statement, &[&id, &"open", &-1_i64]).await,
                _ => tx.run(statement, &[&id, &other, &1_i64, &None::<String>, &None::<Vec<u8>>]).await,
            })
            .await;
        done
    };
    let enter = async |entry, account| run(&ENTER, entry, account).await;
    assert_eq!(enter("secret-entry", "secret-id").await, Ok(1));
    assert_eq!(enter("secret-entry", "secret-id").await, Err(Error::Conflict));
    assert_eq!(enter("other", "secret-nobody").await, Err(Error::ForeignKey));
    assert_eq!(run(&SHUT, "secret-id", "").await, Err(Error::ForeignKey));
    let check = run(&OPEN, "secret-other", "").await.unwrap_err();
    assert!(matches!(check, Error::Internal(_)));
    for error in [Error::Conflict, Error::ForeignKey, check] {
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

async fn after_a_failed_statement_nothing_is_committed(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let swallowed: Result<(), Error> = db
        .write(async move |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"b", &"open", &1_i64]).await?;
            tell.send(tx.run(&OPEN, &[&"a", &"open", &1_i64]).await.unwrap_err()).unwrap();
            tell.send(tx.opt(&ACCOUNT, &[&"a"]).await.unwrap_err()).unwrap();
            Ok(())
        })
        .await;
    assert!(matches!(&swallowed, Err(Error::Internal(why)) if why.contains("returned Ok")), "{swallowed:?}");
    let told: Vec<Error> = told.iter().collect();
    assert!(matches!(&told[..], [Error::Conflict, Error::Internal(why)] if why.contains("after one")), "{told:?}");
    assert!(!exists(&db, "b").await);
}

async fn a_missing_row_does_not_spoil_the_transaction(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let made: Result<u64, Error> = db
        .write(async |tx: &mut Tx<'_>| match tx.one(&ACCOUNT, &[&"a"]).await {
            Err(Error::NoRow) => tx.run(&OPEN, &[&"a", &"open", &1_i64]).await,
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(made, Ok(1));
    assert!(exists(&db, "a").await);
}

async fn a_transaction_reads_its_own_writes(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let seen: Result<i64, Error> = db
        .write(async |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"a", &"open", &7_i64]).await?;
            tx.run(&DRAW, &[&2_i64, &"a"]).await?;
            tx.one(&ACCOUNT, &[&"a"]).await?.get(1)
        })
        .await;
    assert_eq!(seen, Ok(5));
}

async fn run_counts_the_rows_it_changed(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    let counts: Result<[u64; 4], Error> = db
        .write(async |tx: &mut Tx<'_>| {
            Ok([
                tx.run(&DRAW, &[&1_i64, &"a"]).await?,
                tx.run(&DRAW, &[&1_i64, &"nobody"]).await?,
                tx.run(&COUNT_UP, &[&"k", &1_i64]).await?,
                tx.run(&COUNT_UP, &[&"k", &1_i64]).await?,
            ])
        })
        .await;
    assert_eq!(counts, Ok([1, 0, 1, 0]));
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

async fn of_64_rivals_for_one_row_one_wins(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
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

async fn a_bounded_counter_grants_its_limit_exactly(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
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
