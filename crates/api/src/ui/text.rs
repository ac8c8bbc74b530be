//! Texts on their way into a page.

/// A text as HTML shows it, also within quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c if c.is_control() => html.push(' '),
            c => html.push(c),
        }
    }
    html
}

/// A text with its gaps filled, each once: what is filled in is not looked at again.
pub(super) fn filled(text: &str, with: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(with.iter().find(|(gap, _)| *gap == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// An action's code as words: `signIn`, `sign-in` and `sign_in` are "sign in".
pub(super) fn words(code: &str) -> String {
    let mut words = String::with_capacity(code.len() + 4);
    let mut after_small = false;
    for c in code.chars() {
        let is_gap = c == '-' || c == '_';
        if is_gap || after_small && c.is_ascii_uppercase() {
            words.push(' ');
        }
        if !is_gap {
            words.push(if after_small { c.to_ascii_lowercase() } else { c });
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escaped("<b a='\"'>&\u{7}ü"), "&lt;b a=&#39;&quot;&#39;&gt;&amp; ü");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(filled("{a} and {b}, {c}.", &[("a", "{b}"), ("b", "two")]), "{b} and two, .");
        assert_eq!(filled("no gap", &[]), "no gap");
    }

    #[test]
    fn codes_read_as_words() {
        for (code, read) in
            [("signIn", "sign in"), ("sign-in", "sign in"), ("withdraw_funds", "withdraw funds"), ("SSO", "SSO")]
        {
            assert_eq!(words(code), read);
        }
    }
}
