//! The template engine, with as much of it as messages need: variables, `if`, `for`. No filters that a page could be broken
//! with, no files, no functions, and a budget for each rendering.

use std::sync::LazyLock;

use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

/// Steps of one rendering, and 64 bytes of what it makes are a step too: about a millisecond and a megabyte.
const FUEL: u64 = 20_000;
/// Bytes of one template.
pub(super) const MOST_SOURCE: usize = 32 * 1024;

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(32);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|name| if name == Form::Html.name() { AutoEscape::Html } else { AutoEscape::None });
    engine.set_formatter(write_escaped);
    engine
});

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it stands.
    Text,
    /// Values are escaped.
    Html,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
        }
    }
}

/// Fills a template in. The error's text names line and cause and quotes no value.
pub(super) fn fill(form: Form, source: &str, values: &Value) -> Result<String, String> {
    if source.len() > MOST_SOURCE {
        return Err(format!("a template has at most {} KiB", MOST_SOURCE / 1024));
    }
    // Only the author of a page needs it, to leave a value as it is; and then a name could hold a script.
    if form == Form::Html && source.contains("autoescape") {
        return Err("autoescape may not be switched".to_owned());
    }
    let template = ENGINE.template_from_named_str(form.name(), source).map_err(|error| told(&error))?;
    template.render(values.clone()).map_err(|error| told(&error))
}

fn told(error: &Error) -> String {
    let line = error.line().map_or_else(String::new, |line| format!("line {line}: "));
    match error.kind() {
        ErrorKind::OutOfFuel => format!("{line}it does or makes too much"),
        kind => format!("{line}{kind}"),
    }
}

/// Escapes what could end an element or an attribute, and leaves `/` alone: links stay readable in the page's source.
fn write_escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if matches!(value.kind(), ValueKind::Undefined) {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = value.to_string();
    if *state.auto_escape() != AutoEscape::Html {
        return out.write_str(&text).map_err(Error::from);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    out.write_str(&escaped).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn values_in_a_page_are_escaped_and_in_text_they_are_not() {
        let values = context! { name => "<b>\"Ada\" & 'co' https://x.example/a" };
        let page = fill(Form::Html, "<i title=\"{{ name }}\">", &values).unwrap();
        assert_eq!(page, "<i title=\"&lt;b&gt;&quot;Ada&quot; &amp; &#39;co&#39; https://x.example/a\">");
        assert!(fill(Form::Text, "{{ name }}", &values).unwrap().starts_with("<b>\"Ada\""));
    }

    #[test]
    fn a_template_can_neither_run_for_ever_nor_fill_the_memory() {
        let values = context! { name => "Ada" };
        for source in [
            "{% for a in [1,2,3,4,5,6,7,8,9,10] %}{% for b in [1,2,3,4,5,6,7,8,9,10] %}{% for c in [1,2,3,4,5,6,7,8,9,10] %}{% for d in [1,2,3,4,5,6,7,8,9,10] %}{% for e in [1,2,3,4,5,6,7,8,9,10] %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
            "{{ 'x' * 1000000000 }}",
            "{{ [1] * 1000000000 }}",
        ] {
            let error = fill(Form::Text, source, &values).unwrap_err();
            assert!(error.contains("too much") || error.contains("invalid operation"), "{error}");
        }
        assert!(fill(Form::Text, &"x".repeat(MOST_SOURCE + 1), &values).unwrap_err().contains("32 KiB"));
    }

    #[test]
    fn what_is_not_there_is_an_error_that_says_where() {
        let values = context! { name => "Ada" };
        for source in [
            "\n{{ nmae }}",
            "\n{{ name|safe }}",
            "\n{{ name",
            "\n{% include 'text' %}",
            "\n{% macro a() %}{% endmacro %}",
            "\n{{ range(9) }}",
            "\n{{ name.__class__ }}",
        ] {
            let error = fill(Form::Text, source, &values).unwrap_err();
            assert!(error.starts_with("line 2"), "{source}: {error}");
            assert!(!error.contains("Ada"), "{error}");
        }
        assert!(fill(Form::Html, "{% autoescape false %}{{ name }}{% endautoescape %}", &values).is_err());
    }
}
