//! SDKs for browsers and Node join base URL and path as strings: a base URL with a trailing slash gives `//client/…`
//! (docs/reference/authsignal.md §1.1).

use axum::extract::Request;
use http::Uri;

/// The request with every run of slashes in its path made one.
pub(crate) fn single(mut request: Request) -> Request {
    if !request.uri().path().contains("//") {
        return request;
    }
    let mut path = String::with_capacity(request.uri().path().len());
    for character in request.uri().path().chars() {
        if character != '/' || !path.ends_with('/') {
            path.push(character);
        }
    }
    if let Some(query) = request.uri().query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = path.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn path(uri: &str) -> String {
        single(Request::builder().uri(uri).body(Body::empty()).unwrap()).uri().to_string()
    }

    #[test]
    fn runs_of_slashes_become_one_and_the_query_stays() {
        assert_eq!(path("/v1//client///challenge?a=//b"), "/v1/client/challenge?a=//b");
        assert_eq!(path("//v1/users/a%2Fb"), "/v1/users/a%2Fb");
        assert_eq!(path("/v1/users/a|b"), "/v1/users/a|b");
        assert_eq!(
            path("http://auth.example//v1//validate"),
            "http://auth.example/v1/validate",
            "HTTP/2 names the host here"
        );
    }
}
