//! What goes in comes out, and what reads refuse.

use countersign_db::{Db, Error, Params, Statement, ToValue, Tx, statements};

use crate::support::{ACCOUNT, COUNT, COUNT_UP, DRAW, ENTER, ENTRY, Engine, OPEN, fresh_on, open};

on_both_engines! {
    parameters_are_bound_by_their_number,
    a_wrong_number_of_parameters_is_refused,
    values_come_back_as_they_went,
    what_our_types_cannot_hold_is_refused,
    a_second_row_is_no_key,
    a_read_changes_nothing,
    check_finds_what_cannot_be_prepared,
    like_tells_case_apart,
    long_reads_come_back_whole,
}

statements! {
    SWAPPED = "SELECT CAST($2 AS text), CAST($1 AS text), CAST($2 AS text)";
    SPELLED = "SELECT '$1', \"state\", $1 /* $2 */ FROM accounts WHERE account_id = $2 -- $3";
    ELEVEN = "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11";
    EVERYTHING = "SELECT account_id FROM accounts WHERE tenant_id = 't'";
    REAL = "SELECT 1.5";
    NOT_UTF8 = "SELECT CAST($1 AS text)";
    SYNTAX = "SELEC 1";
    NO_COLUMN = "SELECT missing FROM accounts";
    STRING_AS_NAME = "SELECT \"no column\" FROM accounts";
    LIKE = "SELECT state FROM accounts WHERE tenant_id = 't' AND state LIKE $1 ESCAPE '!'";
    LONG = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n";
    LONG_SUM = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT CAST(sum(i) AS bigint) FROM n";
}

async fn texts(db: &Db, statement: &Statement, params: Params<'_>) -> Vec<String> {
    let row = db.one(statement, params).await.unwrap();
    (0..row.len()).map(|index| row.get(index).unwrap()).collect()
}

/// The engine numbers `$2` by its first appearance, so a binding by position would swap these values in silence.
async fn parameters_are_bound_by_their_number(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    assert_eq!(texts(&db, &SWAPPED, &[&"one", &"two"]).await, ["two", "one", "two"]);
    open(&db, "a").await.unwrap();
    assert_eq!(texts(&db, &SPELLED, &[&"one", &"a"]).await, ["$1", "open", "one"]);
    let words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    let params: Vec<&(dyn ToValue + Sync)> = words.iter().map(|word| word as _).collect();
    assert_eq!(texts(&db, &ELEVEN, &params).await, words);
}

async fn a_wrong_number_of_parameters_is_refused(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    assert!(matches!(db.opt(&ACCOUNT, &[]).await, Err(Error::Internal(_))));
    let error = db.opt(&ACCOUNT, &[&"a", &"b"]).await.unwrap_err();
    assert_eq!(error.to_string(), "database call is wrong: it::support::ACCOUNT: takes 1 parameters, 2 were given");
}

/// What an entry holds.
type Case<'a> = (Option<i64>, Option<&'a str>, Option<&'a [u8]>);

async fn values_come_back_as_they_went(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    let everything: Vec<u8> = (0..=255).collect();
    let cases: [Case<'_>; 5] = [
        (None, None, None),
        (Some(0), Some(""), Some(&[])),
        (Some(i64::MAX), Some("Zoë 🔑 'quoted' $1 ?2"), Some(&everything)),
        (Some(i64::MIN), Some("a\nb"), Some(&[0])),
        (Some(-1), Some("123"), Some(b"text")),
    ];
    for (n, (amount, note, proof)) in cases.into_iter().enumerate() {
        let (id, note_in, proof_in) = (n.to_string(), note.map(str::to_owned), proof.map(<[u8]>::to_vec));
        let done =
            db.write(async move |tx: &mut Tx<'_>| tx.run(&ENTER, &[&id, &"a", &amount, &note_in, &proof_in]).await);
        assert_eq!(done.await, Ok::<_, Error>(1));
        let row = db.one(&ENTRY, &[&n.to_string()]).await.unwrap();
        let mut columns = row.read();
        assert_eq!(columns.next(), Ok(amount));
        assert_eq!(columns.next(), Ok(note.map(str::to_owned)));
        assert_eq!(columns.next(), Ok(proof.map(<[u8]>::to_vec)));
        assert!(matches!(columns.next::<i64>(), Err(Error::Decode { column: 3, found: "nothing", .. })));
    }
}

async fn what_our_types_cannot_hold_is_refused(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    assert!(matches!(db.opt(&REAL, &[]).await, Err(Error::Decode { column: 0, .. })));
    let not_utf8 = db.opt(&NOT_UTF8, &[&[0xff_u8]]).await;
    match engine {
        Engine::Sqlite => assert!(matches!(not_utf8, Err(Error::Decode { column: 0, .. })), "{not_utf8:?}"),
        // The server knows before: the parameter is a text.
        Engine::Postgres => assert!(matches!(not_utf8, Err(Error::Internal(_))), "{not_utf8:?}"),
    }
}

async fn a_second_row_is_no_key(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    assert_eq!(texts(&db, &EVERYTHING, &[]).await, ["a"]);
    open(&db, "b").await.unwrap();
    let error = db.opt(&EVERYTHING, &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Internal(why) if why.contains("more than one row")), "{error}");
    assert_eq!(db.one(&ACCOUNT, &[&"nobody"]).await.unwrap_err(), Error::NoRow);
}

async fn a_read_changes_nothing(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    assert!(matches!(db.opt(&COUNT_UP, &[&"k", &5_i64]).await, Err(Error::Internal(_))));
    assert!(matches!(db.all(&DRAW, &[&1_i64, &"a"]).await, Err(Error::Internal(_))));
    assert!(db.opt(&COUNT, &[&"k"]).await.unwrap().is_none());
}

async fn check_finds_what_cannot_be_prepared(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    for good in [&ACCOUNT, &COUNT_UP, &OPEN, &SWAPPED] {
        assert_eq!(db.check(good).await, Ok(()));
    }
    let (missing, name) = match engine {
        Engine::Sqlite => ("no such column: missing", "no such column"),
        Engine::Postgres => ("column \"missing\" does not exist", "column \"no column\" does not exist"),
    };
    for (bad, why) in [(&SYNTAX, "syntax error"), (&NO_COLUMN, missing), (&STRING_AS_NAME, name)] {
        let error = db.check(bad).await.unwrap_err().to_string();
        assert!(error.contains(bad.name) && error.contains(why), "{error}");
    }
}

async fn like_tells_case_apart(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    open(&db, "a").await.unwrap();
    assert!(db.opt(&LIKE, &[&"op%"]).await.unwrap().is_some());
    assert!(db.opt(&LIKE, &[&"OP%"]).await.unwrap().is_none());
}

async fn long_reads_come_back_whole(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    for length in [1, 2, 99, 1_000, 20_000_i64] {
        let rows = db.all(&LONG, &[&length]).await.unwrap();
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(numbers, (1..=length).collect::<Vec<_>>());
        let sum = db.one(&LONG_SUM, &[&length]).await.unwrap();
        assert_eq!(sum.get(0), Ok(length * (length + 1) / 2));
    }
}

/// SQLite: reads over their budget begin again elsewhere, and this thread can do other work.
#[tokio::test]
async fn a_long_read_leaves_the_calling_thread() {
    let (_home, db) = fresh_on(Engine::Sqlite).await;
    // On a runtime of one thread, a task gets its turn only if the read has let go of it.
    let turn = tokio::spawn(async {});
    db.one(&LONG_SUM, &[&300_000_i64]).await.unwrap();
    assert!(turn.is_finished());
}
