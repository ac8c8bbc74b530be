//! A database server that is there and answers nothing.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use countersign_domain::secret;
use countersign_testkit::nodes::Deployment;
use countersign_testkit::postgres::{self, Cluster, run};
use http::Method;
use serde_json::json;

use super::metrics::value;
use crate::engines::PROGRAM;

/// More than there are connections to the database.
const CALLS: usize = 60;

/// A server of the test's own.
struct Database(Cluster, PathBuf);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.thaw();
        run(&mut self.0.end());
        let _ = std::fs::remove_dir_all(&self.1);
    }
}

async fn page(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// Calls wait for a connection; whoever called is told to come back, and nothing is held afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_hangs_is_answered_for_in_time_and_seen_by_the_operator() {
    let name = "front::frozen::a_database_that_hangs_is_answered_for_in_time_and_seen_by_the_operator";
    if !postgres::is_there(name) {
        return;
    }
    let folder = std::env::temp_dir().join(format!("countersign-frozen-{}", secret::base64url(&secret::random::<9>())));
    let database = Database(Cluster::new(&folder), folder);
    database.0.start();
    let deployment = Deployment::on(PROGRAM, &format!("{}postgres", database.0.url()))
        .with("COUNTERSIGN_SERVER__METRICS_LISTEN", "127.0.0.1:0");
    let tenant = deployment.tenant();
    let node = deployment.start();
    let shop = tenant.at(&node.url);
    let metrics = node.log().iter().find_map(|line| Some(line.split_once("Metrics on ")?.1.to_owned())).unwrap();
    shop.track("ada", "pay").await;

    let calm = page(&metrics).await;
    let connections = value(&calm, "countersign_database_connections");
    assert!(connections >= 1.0, "{calm}");
    assert!(value(&calm, "countersign_database_connections_idle") <= connections);

    database.0.freeze();
    let begin = Instant::now();
    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let path = format!("/users/ada-{n}/actions/pay");
                let answer = shop.try_server(Method::POST, &path, json!({})).await.unwrap();
                assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
                answer.refused(503, "unavailable");
            })
        })
        .collect();
    let is_busy = |page: &str| {
        value(page, "countersign_database_waiting") > 0.5 && value(page, "countersign_http_requests_in_flight") > 1.5
    };
    let mut busiest = calm;
    while !is_busy(&busiest) {
        assert!(begin.elapsed() < Duration::from_mins(1), "nobody waits: {busiest}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        busiest = page(&metrics).await;
    }
    for call in calls {
        call.await.unwrap();
    }
    // Limits of the pool and of a silent server, 5 and 15 seconds; the handler's own 30 are for what nobody thought of.
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(45), "{took:?}");
    let after = page(&metrics).await;
    let refused = value(&after, "countersign_http_requests_refused_total{reason=\"unavailable\"}");
    assert!((refused - 60.0).abs() < 0.5, "{refused}");
    assert!(value(&after, "countersign_http_requests_in_flight") < 0.5, "every place is free: {after}");

    database.0.thaw();
    let begin = Instant::now();
    while !shop.try_server(Method::POST, "/users/ada/actions/pay", json!({})).await.is_ok_and(|it| it.status == 200) {
        assert!(begin.elapsed() < Duration::from_mins(1), "it does not find the database again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
