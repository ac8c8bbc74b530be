//! Addresses that a browser is sent to with a token in their query.

use url::Url;

/// Longest address, in bytes.
const LONGEST: usize = 2048;

/// Whether a text is an `http` or `https` address, written so that everybody who reads it reads the same host: no user name
/// before it, no backslash, no blank, two slashes (checklist 79).
pub fn is_web_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = ["http", "https"].into_iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = !text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace());
    let is_named = !authority.is_empty() && !authority.contains('@');
    text.len() <= LONGEST && is_web && is_plain && is_named && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_web_url;

    #[test]
    fn an_address_names_one_host_to_every_reader() {
        for good in [
            "https://shop.example",
            "HTTPS://Shop.example:8443/back?order=7&next=https://x@y/#/basket",
            "http://localhost:3000/",
            "http://[::1]:3000/a@b",
            "https://b\u{fc}cher.example/zur\u{fc}ck",
        ] {
            assert!(is_web_url(good), "{good}");
        }
        for bad in [
            "",
            "/back",
            "//evil.example",
            "shop.example",
            "javascript:alert(1)",
            "javascript://shop.example/%0aalert(1)",
            "data:text/html,x",
            "blob:https://shop.example/1",
            "ftp://shop.example",
            "https:shop.example",
            "https:/shop.example",
            "https:///evil.example",
            "https://",
            "https://?x",
            "https://shop.example@evil.example/",
            "https://shop.example:pw@evil.example/",
            "https://@evil.example/",
            "https://evil.example\\@shop.example/",
            "https:\\\\evil.example",
            " https://shop.example",
            "https://shop.example/a b",
            "https://shop.example/\n",
            "java\tscript://x",
            "https://shop.example:99999/",
            "https://sh op.example/",
            "https://[::1/",
            "https://%00.example/",
        ] {
            assert!(!is_web_url(bad), "{bad}");
        }
        assert!(!is_web_url(&format!("https://shop.example/{}", "x".repeat(2048))));
    }
}
