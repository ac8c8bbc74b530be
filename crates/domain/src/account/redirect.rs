//! Where links may send people (checklist 79): a place that the tenant names, or one below it.

use url::Url;

use crate::tenant::{Tenant, is_web_url};

impl Tenant {
    /// Where links send people who asked for no other place: the client URL, else the first page of the tenant.
    pub fn home(&self) -> Option<String> {
        self.settings.client_url.clone().or_else(|| self.web_origins().next().map(str::to_owned))
    }

    /// Whether a link may send people to `target`.
    pub fn allows_redirect(&self, target: &str) -> bool {
        let listed = self.settings.accounts.redirect_urls.iter().map(String::as_str);
        let home = self.home();
        home.as_deref().into_iter().chain(listed).any(|allowed| lies_at_or_below(target, allowed))
    }
}

/// Whether `target` names the origin of `allowed` and its path or one below it, to every reader: scheme, host and port are equal,
/// and nothing in it could be read as another host or as a way up. Query and fragment are free.
fn lies_at_or_below(target: &str, allowed: &str) -> bool {
    if !is_web_url(target) || has_way_up(target) {
        return false;
    }
    let (Ok(target), Ok(allowed)) = (Url::parse(target), Url::parse(allowed)) else { return false };
    let place = allowed.path().trim_end_matches('/');
    let below = target.path().strip_prefix(place);
    target.origin() == allowed.origin() && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the path holds a dot segment or an encoded slash, backslash or dot: some servers decode before they resolve.
fn has_way_up(target: &str) -> bool {
    let after = target.split_once("://").map_or("", |(_, rest)| rest);
    let path = after.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once('/').map_or("", |(_, path)| path).to_ascii_lowercase();
    ["%2f", "%5c", "%2e", "%25"].iter().any(|encoded| path.contains(encoded))
        || path.split('/').any(|segment| segment == "." || segment == "..")
        || path.contains("//")
}

#[cfg(test)]
mod tests {
    use super::lies_at_or_below;

    #[test]
    fn a_place_and_what_lies_below_it() {
        let allowed = "https://shop.example/app";
        for target in [
            "https://shop.example/app",
            "https://shop.example/app/",
            "https://shop.example/app/back?next=https://evil.example/..&a=%2F#x",
            "HTTPS://SHOP.example:443/app#/basket",
        ] {
            assert!(lies_at_or_below(target, allowed), "{target}");
        }
        for root in ["https://shop.example", "https://shop.example/"] {
            assert!(lies_at_or_below("https://shop.example", root));
            assert!(lies_at_or_below("https://shop.example/any/where", root));
        }
        assert!(lies_at_or_below("http://localhost:3000/x", "http://localhost:3000"));
    }

    #[test]
    fn item_79_redirect_targets_match_the_list_exactly() {
        let allowed = "https://shop.example/app";
        for target in [
            "",
            "/app",
            "//shop.example/app",
            "https://shop.example",
            "https://shop.example/",
            "https://shop.example/application",
            "https://shop.example/App",
            "https://shop.example/app/../admin",
            "https://shop.example/app/./x",
            "https://shop.example/app/%2e%2e/admin",
            "https://shop.example/app/..%2fadmin",
            "https://shop.example/app%2Fx",
            "https://shop.example/app%5c..",
            "https://shop.example/app/%252e%252e/admin",
            "https://shop.example/app//evil.example",
            "https://shop.example\\app",
            "https://shop.example/app\\..\\admin",
            "http://shop.example/app",
            "https://shop.example:8443/app",
            "https://app.shop.example/app",
            "https://shop.example.evil.example/app",
            "https://evil.example/https://shop.example/app",
            "https://shop.example@evil.example/app",
            "https://shop.example:x@evil.example/app",
            "https://evil.example#https://shop.example/app",
            "javascript://shop.example/app%0aalert(1)",
            "javascript:alert(1)",
            "data:text/html,https://shop.example/app",
            "ftp://shop.example/app",
            "https:shop.example/app",
            "https:///shop.example/app",
            " https://shop.example/app",
            "https://shop.example/app\r\nSet-Cookie: a=b",
            "https://shop.example./app",
            "https://xn--shop-.example/app",
        ] {
            assert!(!lies_at_or_below(target, allowed), "{target}");
        }
    }
}
