//! Answers that leave at even times, for calls whose duration would tell what the server knows (checklist 56).
//!
//! A code for a user who is not known yet makes that user, some pages more in the database; an answer to a code that went nowhere
//! counts no failure of a factor. To write as much for the others would be a guess at what an engine does with it; so the answer to
//! either waits for the same step.

use std::time::{Duration, Instant};

use axum::response::Response;

/// Between two times at which such an answer may leave, counted from its request. Several times what the work takes, on PostgreSQL
/// too; nothing beside the time a mail takes.
const STEP: Duration = Duration::from_millis(20);

/// On an answer that has to wait.
#[derive(Debug, Clone, Copy)]
struct Even;

/// For the routes whose answers have to wait, refusals included.
pub(crate) async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(Even);
    response
}

pub(super) fn is_marked(response: &Response) -> bool {
    response.extensions().get::<Even>().is_some()
}

/// Waits for the next step. For when the request holds nothing any more that others wait for.
pub(super) async fn wait(since: Instant) {
    tokio::time::sleep(rest(since.elapsed())).await;
}

/// What is left of the step that has begun.
fn rest(taken: Duration) -> Duration {
    let over = taken.as_nanos() % STEP.as_nanos();
    STEP.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::middleware::map_response;
    use axum::routing::get;
    use http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn an_answer_leaves_at_the_end_of_a_step() {
        let ms = Duration::from_millis;
        for (taken, leaves) in [(ms(0), 20), (ms(1), 20), (ms(19), 20), (ms(20), 40), (ms(25), 40), (ms(131), 140)] {
            assert_eq!(taken + rest(taken), ms(leaves), "{taken:?}");
        }
    }

    #[tokio::test]
    async fn refusals_are_marked_too() {
        for status in [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
            let router = Router::new().route("/", get(async move || status)).layer(map_response(mark));
            let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
            assert_eq!((response.status(), is_marked(&response)), (status, true));
        }
        assert!(!is_marked(&Response::default()));
    }
}
