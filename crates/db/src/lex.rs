//! Just enough of SQL's grammar to tell words from strings and comments.

/// A piece of SQL text; comments and blanks are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A keyword, name or number, as written.
    Word(&'a str),
    /// A name in double quotes, with them.
    Quoted(&'a str),
    /// A string in single quotes, with them.
    Text(&'a str),
    /// A parameter `$n`.
    Param(u32),
    /// One character of anything else, or one of `::`, `||`, `->`, `->>`, `<>`, `!=`, `<=`, `>=`.
    Symbol(&'a str),
}

impl Token<'_> {
    /// Whether this is the keyword `word`, in whatever case it is written.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// Whether this is the symbol `symbol`.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(text) if *text == symbol)
    }
}

/// Walks over the tokens of `sql` with the byte range of each.
pub(crate) fn tokens(sql: &str) -> Tokens<'_> {
    Tokens { sql, at: 0 }
}

/// See [`tokens`].
pub(crate) struct Tokens<'a> {
    sql: &'a str,
    at: usize,
}

const LONG_SYMBOLS: [&str; 8] = ["->>", "->", "::", "||", "<>", "!=", "<=", ">="];

impl<'a> Iterator for Tokens<'a> {
    type Item = (std::ops::Range<usize>, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank();
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let (length, token) = match first {
            '\'' => {
                let length = quoted(rest, '\'');
                (length, Token::Text(&rest[..length]))
            }
            '"' => {
                let length = quoted(rest, '"');
                (length, Token::Quoted(&rest[..length]))
            }
            '$' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let length = 1 + run(&rest[1..], |c| c.is_ascii_digit());
                // A number too long for a parameter reads as one that no statement can have.
                (length, Token::Param(rest[1..length].parse().unwrap_or(u32::MAX)))
            }
            c if is_word(c) => {
                let length = run(rest, is_word);
                (length, Token::Word(&rest[..length]))
            }
            c => {
                let long = LONG_SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
                let length = long.map_or(c.len_utf8(), |symbol| symbol.len());
                (length, Token::Symbol(&rest[..length]))
            }
        };
        let range = self.at..self.at + length;
        self.at = range.end;
        Some((range, token))
    }
}

impl Tokens<'_> {
    /// Moves over blanks, `-- …` and `/* … */`.
    fn skip_blank(&mut self) {
        loop {
            let rest = &self.sql[self.at..];
            let length = if rest.starts_with("--") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                run(rest, char::is_whitespace)
            };
            if length == 0 {
                return;
            }
            self.at += length;
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the longest start of `text` whose characters all pass.
fn run(text: &str, pass: impl Fn(char) -> bool) -> usize {
    text.find(|c| !pass(c)).unwrap_or(text.len())
}

/// Bytes of the quoted piece at the start of `text`; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> usize {
    let mut from = 1;
    while let Some(end) = text[from..].find(quote) {
        from += end + 1;
        if !text[from..].starts_with(quote) {
            return from;
        }
        from += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::Token::{Param, Quoted, Symbol, Text, Word};
    use super::*;

    fn read(sql: &str) -> Vec<Token<'_>> {
        tokens(sql).map(|(_, token)| token).collect()
    }

    #[test]
    fn pieces_are_told_apart() {
        assert_eq!(
            read("SELECT a1, 'it''s $1', \"b \"\" c\" -- $2\n /* ' */ FROM t WHERE x>=$12 AND y::text<>$3"),
            [
                Word("SELECT"),
                Word("a1"),
                Symbol(","),
                Text("'it''s $1'"),
                Symbol(","),
                Quoted("\"b \"\" c\""),
                Word("FROM"),
                Word("t"),
                Word("WHERE"),
                Word("x"),
                Symbol(">="),
                Param(12),
                Word("AND"),
                Word("y"),
                Symbol("::"),
                Word("text"),
                Symbol("<>"),
                Param(3),
            ]
        );
    }

    #[test]
    fn ranges_point_at_the_text() {
        let sql = "é = 'ü' || $7 -- ß";
        let pieces: Vec<&str> = tokens(sql).map(|(range, _)| &sql[range]).collect();
        assert_eq!(pieces, ["é", "=", "'ü'", "||", "$7"]);
    }

    #[test]
    fn what_is_cut_off_ends_with_the_text() {
        for (sql, last) in [
            ("a 'open", Text("'open")),
            ("a 'open''", Text("'open''")),
            ("a \"open", Quoted("\"open")),
            ("a /* open", Word("a")),
            ("a -- open", Word("a")),
            ("a $", Symbol("$")),
            ("a $x", Word("x")),
            ("a -", Symbol("-")),
        ] {
            assert_eq!(read(sql).last(), Some(&last), "{sql}");
        }
        assert_eq!(read(""), []);
    }
}
