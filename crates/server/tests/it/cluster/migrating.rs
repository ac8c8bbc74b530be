//! A migration that is broken off is taken over, and an older program knows its place.

use std::time::Duration;

use countersign_db::{Db, Error, Tx, statements};
use countersign_testkit::app::Engine;
use countersign_testkit::nodes::Deployment;

use crate::engines::PROGRAM;

on_both_engines!(
    whoever_migrates_may_be_killed_and_the_next_goes_on,
    an_older_program_goes_on_beside_additions_and_refuses_what_took_something_away,
);

statements! {
    RECORD = "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, 'x', 0)";
}

async fn whoever_migrates_may_be_killed_and_the_next_goes_on(engine: Engine) {
    // The moments are spread over a start; which of them meets a statement is chance.
    let moments = [5, 15, 25, 35, 50, 80].map(|milliseconds| {
        tokio::task::spawn_blocking(move || {
            let deployment = Deployment::new(PROGRAM, engine);
            let (first, second) = (deployment.spawn(), deployment.spawn());
            std::thread::sleep(Duration::from_millis(milliseconds));
            first.kill();
            let node = second.ready().unwrap();
            let tenant = deployment.tenant().at(&node.url);
            (deployment, node, tenant)
        })
    });
    for moment in moments {
        let (_deployment, _node, tenant) = moment.await.unwrap();
        tenant.track("ada", "sign-up").await;
    }
}

async fn an_older_program_goes_on_beside_additions_and_refuses_what_took_something_away(engine: Engine) {
    let deployment = Deployment::new(PROGRAM, engine);
    deployment.tenant();
    let db = deployment.db().await;
    record(&db, "9001_more").await;
    let node = deployment.start();
    let (status, log) = node.stop();
    assert!(status.success());
    assert!(log.iter().any(|line| line.contains("WARN") && line.contains("9001_more")), "{log:#?}");

    record(&db, "9002_contract_more").await;
    let said = deployment.spawn().ready().err().unwrap();
    assert!(said.contains("9002_contract_more") && said.contains("run the newer version"), "{said}");
    let refused = deployment.run(&["tenant", "list"]);
    assert!(!refused.status.success());
}

async fn record(db: &Db, name: &'static str) {
    let recorded: Result<u64, Error> = db.write(async move |tx: &mut Tx<'_>| tx.run(&RECORD, &[&name]).await).await;
    assert_eq!(recorded, Ok(1));
}
