//! What is too large is refused before anything runs, and in time that its text bounds.

use std::fmt::Write as _;

use super::*;

fn fields() -> Fields {
    let key = BTreeMap::from([("id", None), ("nickname", None)]);
    let query = BTreeMap::from([("keys", Some("key"))]);
    BTreeMap::from([("query_root", query), ("key", key), ("mutation_root", BTreeMap::from([("delete", Some("key"))]))])
}

fn told(query: &str) -> Option<String> {
    let checked = parse(query).and_then(|document| check(&document, &fields(), false));
    checked.err().map(|refusal| refusal.to_string())
}

#[test]
fn a_query_of_known_fields_passes_in_every_form() {
    for query in [
        "{ keys { id nickname __typename } }",
        "query A { keys { ...F } } fragment F on key { id ... on key { nickname } ... { id } }",
        "query A { keys { id } } query B { k: keys { n: nickname } }",
        "mutation { __typename delete { id } }",
    ] {
        assert_eq!(told(query), None, "{query}");
    }
}

#[test]
fn an_unknown_field_is_named_with_its_type_wherever_it_stands() {
    for (query, words) in [
        ("{ users { id } }", "field 'users' not found in type: 'query_root'"),
        ("{ keys { credentialId } }", "field 'credentialId' not found in type: 'key'"),
        ("{ keys { ...F } } fragment F on key { credentialId }", "field 'credentialId' not found in type: 'key'"),
        ("{ keys { ... on key { credentialId } } }", "field 'credentialId' not found in type: 'key'"),
        ("{ __schema { types { name } } }", "field '__schema' not found in type: 'query_root'"),
        ("{ ... on query_root { __type(name: \"key\") { name } } }", "field '__type' not found in type: 'query_root'"),
        ("mutation { insert { id } }", "field 'insert' not found in type: 'mutation_root'"),
        ("query A { keys { id } } query B { keys { seed } }", "field 'seed' not found in type: 'key'"),
    ] {
        assert_eq!(told(query).as_deref(), Some(words), "{query}");
    }
    let at = |query: &str| check(&parse(query).unwrap(), &fields(), false).unwrap_err();
    assert_eq!(at("{ k: keys { seed } }"), Refusal::no_field("seed", "key", "$.selectionSet.k.selectionSet.seed"));
}

#[test]
fn what_is_too_large_is_refused() {
    let many = |what: &str, count: usize| what.repeat(count);
    let each = |count: usize, what: &dyn Fn(usize) -> String| (0..count).map(what).collect::<Vec<_>>().join(" ");
    for (query, words) in [
        (format!("{{ keys {{ id }} }} # {}", many("x", BYTES)), "bytes"),
        (many("{a", 5000), "brackets"),
        (format!("{{ keys(where: {}", many("[", 5000)), "brackets"),
        (format!("{{ keys {{ {} }} }}", many("id ", 1001)), "selections"),
        (format!("{{ {} }}", each(11, &|n| format!("a{n}: keys {{ id }}"))), "fields of query_root"),
        (format!("{{ keys {{ {} }} }}", each(51, &|n| format!("a{n}: id"))), "aliases"),
        (format!("{{ keys {{ id {} }} }}", many("@include(if: true) ", 51)), "directives"),
        (format!("{{ keys {{ {} id {} }} }}", many("... {", 21), many("}", 21)), "selections within one another"),
        ("{ keys { ...F } } fragment F on key { ...F }".to_owned(), "selections within one another"),
        (each(51, &|n| format!("query q{n} {{ keys {{ id }} }}")), "operations"),
        ("mutation { a: delete { id } b: delete { id } }".to_owned(), "one field"),
        ("mutation { ...F ...F } fragment F on mutation_root { delete { id } }".to_owned(), "one field"),
        ("subscription { keys { id } }".to_owned(), "no subscriptions"),
        ("{ keys { id }".to_owned(), "not a valid graphql query"),
        (String::new(), "not a valid graphql query"),
    ] {
        let told = told(&query).unwrap_or_default();
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// Sixteen fragments that spread the next one twice are 65,536 selections in a kilobyte.
#[test]
fn fragments_that_multiply_are_counted_where_they_are_spread() {
    let mut query = "{ keys { ...F0 } } ".to_owned();
    for n in 0..16 {
        let _ = write!(query, "fragment F{n} on key {{ ...F{} ...F{} }} ", n + 1, n + 1);
    }
    query.push_str("fragment F16 on key { id }");
    assert!(told(&query).unwrap_or_default().contains("selections"));
}
