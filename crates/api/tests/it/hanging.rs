//! A handler that does not come to its end.

use std::future::pending;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use countersign_api::{AddressLimits, Api};
use countersign_testkit::app::TestApp;
use serde_json::Value;
use tokio::time::{Instant, pause};
use tower::ServiceExt as _;

/// Counts the handlers that were given up.
struct GivenUp(Arc<AtomicU32>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

async fn ask(router: &Router, path: &str) -> Response {
    let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
    router.clone().oneshot(request).await.expect("an answer")
}

/// Time passes as soon as nothing else can happen.
#[tokio::test]
async fn a_handler_that_hangs_is_given_up_in_time_and_frees_its_place() {
    let app = TestApp::new().await;
    let given_up = Arc::new(AtomicU32::new(0));
    let counter = given_up.clone();
    let hang = async move || {
        let _given_up = GivenUp(counter.clone());
        pending::<()>().await;
    };
    let pages = Router::new().route("/hang", get(hang)).route("/well", get(async || "well"));
    let many = NonZeroU32::new(1000).expect("not zero");
    let limits = AddressLimits { requests_per_second: many, strangers_per_second: many };
    let router = Api::new(app.countersign.clone(), limits).admitting(NonZeroUsize::MIN).router(pages);
    pause();
    let begin = Instant::now();
    let (late, (other, waited)) = tokio::join!(ask(&router, "/hang"), async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        (ask(&router, "/well").await, begin.elapsed())
    });
    let took = begin.elapsed();
    assert!((30..=31).contains(&took.as_secs()), "{took:?}");
    assert_eq!((late.status().as_u16(), &late.headers()["retry-after"]), (503, &"2".parse().expect("a value")));
    let body = to_bytes(late.into_body(), 1 << 16).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["error"], "unavailable", "{body}");
    assert!(!body.to_string().contains("30"), "what is inside is nobody's business: {body}");
    assert_eq!(given_up.load(Ordering::Relaxed), 1, "it is not worked on any longer");
    assert!(other.status() == 503 && waited < Duration::from_secs(3), "who waits is not kept as long: {waited:?}");
    assert_eq!(ask(&router, "/well").await.status(), 200, "the place is free again");
}
