//! A rolling restart: each process is stopped and started again while people sign in, and nobody notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign_testkit::app::{Engine, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use countersign_testkit::nodes::{Balancer, Deployment, Node};
use http::Method;
use serde_json::Value;

use super::Two;

on_both_engines!(a_rolling_restart_under_load_fails_no_request);

const CLIENTS: usize = 6;
const ROUNDS: usize = 3;

async fn a_rolling_restart_under_load_fails_no_request(engine: Engine) {
    let Two { deployment, one, other, here, .. } = Two::on(engine);
    let keys: Vec<Authenticator> = (0..CLIENTS).map(|_| Authenticator::new()).collect();
    for (n, key) in keys.iter().enumerate() {
        here.user_with_passkey(&format!("user-{n}"), key).await;
    }
    let mut nodes = [one, other];
    let balancer = Balancer::new(&[&nodes[0], &nodes[1]]).await;
    let (enough, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let clients: Vec<_> = keys
        .into_iter()
        .enumerate()
        .map(|(n, key)| {
            let shop = here.afresh(&balancer.url);
            let (enough, done) = (enough.clone(), done.clone());
            tokio::spawn(async move {
                let user = format!("user-{n}");
                for turn in 0_u32.. {
                    if enough.load(Ordering::Relaxed) {
                        return;
                    }
                    shop.sign_in(&key).await.ok();
                    // Not oftener: a user may ask for a hundred options in ten minutes.
                    if turn.is_multiple_of(8) {
                        step_up(&shop, &user, &key).await;
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();

    for _ in 0..ROUNDS {
        for at in 0..nodes.len() {
            until_more(&done, 10).await;
            let stopping = std::mem::replace(&mut nodes[at], start(&deployment).await);
            // The balancer still has the address of the one that stops, and finds out by being refused.
            let refused = balancer.refused();
            let (status, log) = tokio::task::spawn_blocking(move || stopping.stop()).await.unwrap();
            assert!(status.success(), "{log:#?}");
            assert!(log.last().is_some_and(|line| line.ends_with("Stopped")), "{log:#?}");
            until(|| balancer.refused() > refused).await;
            balancer.point_at(&[&nodes[0], &nodes[1]]);
        }
    }
    until_more(&done, 10).await;
    enough.store(true, Ordering::Relaxed);
    for client in clients {
        // A request that failed has failed its client.
        client.await.unwrap();
    }
}

async fn step_up(shop: &TestTenant, user: &str, key: &Authenticator) {
    let token = shop.track(user, "withdraw").await.token;
    shop.verify_passkey(&token, key).await.ok();
    assert_eq!(shop.validate(&token).await["isValid"], true);
    shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null).await.ok();
}

async fn start(deployment: &Deployment) -> Node {
    let starting = deployment.spawn();
    tokio::task::spawn_blocking(move || starting.ready().unwrap()).await.unwrap()
}

async fn until_more(done: &AtomicUsize, more: usize) {
    let goal = done.load(Ordering::Relaxed) + more;
    until(|| done.load(Ordering::Relaxed) >= goal).await;
}

async fn until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_mins(1), "the clients are stuck");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
