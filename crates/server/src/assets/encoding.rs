//! In which of the encodings that the build laid beside a file it is sent (RFC 9110 §12.5.3).

use http::{HeaderMap, header};

/// A file as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    /// The name on the wire.
    pub(super) name: &'static str,
    /// What the file's name ends with.
    pub(super) ending: &'static str,
}

/// The smallest first.
const ALL: [Encoding; 2] = [Encoding { name: "br", ending: ".br" }, Encoding { name: "gzip", ending: ".gz" }];

/// The encodings that a browser takes, the smallest first. Who says nothing takes none.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Encoding> {
    let said = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ALL.into_iter().filter(move |encoding| takes(said, encoding.name))
}

fn takes(said: &str, name: &str) -> bool {
    let mut named = said.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_it = parts.next()?.eq_ignore_ascii_case(name);
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        is_it.then_some(weight.is_ok_and(|weight| weight > 0.0))
    });
    named.next().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(said: &str) -> Vec<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, said.parse().unwrap());
        accepted(&headers).map(|encoding| encoding.name).collect()
    }

    #[test]
    fn a_browser_gets_the_smallest_that_it_takes() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(names("BR;q=0.1"), ["br"]);
        assert_eq!(names("gzip;q=1.0, br;q=0"), ["gzip"]);
        assert_eq!(names("brotli, x-gzip, *;q=0.5, br;q=x"), [""; 0]);
        assert_eq!(accepted(&HeaderMap::new()).count(), 0);
    }
}
