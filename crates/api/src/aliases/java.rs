//! The Java SDK forgets the question mark when it asks which challenge is open: `/challengeschallengeId=…&action=…`
//! (docs/reference/authsignal.md §5.3).

use axum::extract::Request;
use http::Uri;

const MEMBERS: [&str; 4] = ["challengeId=", "userId=", "action=", "verificationMethod="];

/// The request with the question mark where it belongs.
pub(crate) fn questioned(mut request: Request) -> Request {
    let path = request.uri().path();
    let Some((before, query)) = path.split_once("/challenges").filter(|(_, rest)| is_query(rest)) else {
        return request;
    };
    let target = format!("{before}/challenges?{query}");
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = target.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

fn is_query(rest: &str) -> bool {
    MEMBERS.iter().any(|member| rest.starts_with(member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn target(uri: &str) -> String {
        questioned(Request::builder().uri(uri).body(Body::empty()).unwrap()).uri().to_string()
    }

    #[test]
    fn the_question_mark_is_put_in_where_it_is_missing_and_nowhere_else() {
        assert_eq!(target("/v1/challengeschallengeId=a&action=b"), "/v1/challenges?challengeId=a&action=b");
        assert_eq!(target("/challengesuserId=auth0%7C1"), "/challenges?userId=auth0%7C1");
        for same in ["/v1/challenges?challengeId=a", "/v1/challenges", "/v1/users/challengesque", "/v1/challenge"] {
            assert_eq!(target(same), same);
        }
    }
}
