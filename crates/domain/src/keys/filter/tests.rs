//! SQL's logic, and what is no condition.

use serde_json::json;

use super::*;
use crate::id::{AuthenticatorId, UserId};

const ADA: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

fn key(nickname: Option<&str>) -> Key {
    Key {
        id: AuthenticatorId::random(),
        user: UserId::parse(ADA).unwrap(),
        credential_id: vec![1, 2, 3],
        public_key: vec![0xa5],
        counter: 7,
        transports: vec!["usb".to_owned()],
        nickname: nickname.map(str::to_owned),
    }
}

fn holds(filter: &Value, key: &Key) -> bool {
    Filter::parse(filter).unwrap().matches(key)
}

#[test]
fn the_conditions_that_hold_of_a_named_key_and_those_that_do_not() {
    let work = key(Some("Work"));
    for (filter, expected) in [
        (json!({}), true),
        (json!({ "userId": { "_eq": ADA } }), true),
        (json!({ "userId": { "_eq": ADA.to_uppercase() } }), true),
        (json!({ "userId": {} }), true),
        (json!({ "userId": { "_eq": ADA, "_neq": ADA } }), false),
        (json!({ "nickname": { "_in": ["Home", "Work"] } }), true),
        (json!({ "nickname": { "_in": [] } }), false),
        (json!({ "nickname": { "_nin": [] } }), true),
        (json!({ "nickname": { "_nin": ["Work"] } }), false),
        (json!({ "nickname": { "_is_null": false } }), true),
        (json!({ "counter": { "_eq": 7 } }), true),
        (json!({ "counter": { "_eq": "7" } }), true),
        (json!({ "credentialId": { "_eq": "AQID" } }), true),
        (json!({ "credentialPublicKey": { "_eq": "\\xA5" } }), true),
        (json!({ "_and": [] }), true),
        (json!({ "_or": [] }), false),
        (json!({ "_not": {} }), false),
        (json!({ "_or": [{ "nickname": { "_eq": "Home" } }, { "counter": { "_eq": 7 } }] }), true),
        (json!({ "_and": { "nickname": { "_eq": "Work" } } }), true),
    ] {
        assert_eq!(holds(&filter, &work), expected, "{filter}");
    }
}

#[test]
fn a_comparison_with_nothing_is_neither_true_nor_false() {
    let nameless = key(None);
    for (filter, expected) in [
        (json!({ "nickname": { "_eq": "Work" } }), false),
        (json!({ "nickname": { "_neq": "Work" } }), false),
        (json!({ "_not": { "nickname": { "_eq": "Work" } } }), false),
        (json!({ "nickname": { "_nin": ["Work"] } }), false),
        (json!({ "nickname": { "_nin": [] } }), true),
        (json!({ "nickname": { "_is_null": true } }), true),
        (json!({ "_or": [{ "nickname": { "_eq": "Work" } }, { "counter": { "_eq": 7 } }] }), true),
        (json!({ "_and": [{ "nickname": { "_eq": "Work" } }, { "counter": { "_eq": 8 } }] }), false),
        (json!({ "_not": { "_and": [{ "nickname": { "_eq": "Work" } }, { "counter": { "_eq": 8 } }] } }), true),
    ] {
        assert_eq!(holds(&filter, &nameless), expected, "{filter}");
    }
}

#[test]
fn what_is_no_condition_is_refused_in_words() {
    let mut deep = json!({});
    for _ in 0..40 {
        deep = json!({ "_not": deep });
    }
    for (filter, words) in [
        (json!(null), "unexpected null value"),
        (json!([]), "expected an object"),
        (json!({ "userId": { "_eq": null } }), "unexpected null value for type 'uuid'"),
        (json!({ "userId": null }), "unexpected null value"),
        (json!({ "userId": { "_eq": "ada" } }), "invalid input syntax for type uuid"),
        (json!({ "userId": { "_eq": ADA.replace('-', "") } }), "invalid input syntax for type uuid"),
        (json!({ "counter": { "_eq": 1.5 } }), "invalid input syntax for type bigint"),
        (json!({ "nickname": { "_like": "%" } }), "field '_like' not found in type: 'String_comparison_exp'"),
        (json!({ "user_id": { "_eq": ADA } }), "field 'user_id' not found"),
        (json!({ "_and": null }), "unexpected null value"),
        (json!({ "nickname": { "_in": vec!["x"; 1001] } }), "at most 1000"),
        (deep, "nested too deep"),
    ] {
        let error = Filter::parse(&filter).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn variables_stand_in_rules_alone_and_have_to_be_there() {
    let rule = json!({ "user_id": { "_eq": "X-Hasura-User-Id" } });
    let rule = Filter::parse_rule(&rule).unwrap();
    let mine = BTreeMap::from([("x-hasura-user-id".to_owned(), ADA.to_owned())]);
    assert!(rule.clone().bind(&mine).unwrap().matches(&key(None)));
    assert_eq!(rule.clone().bind(&mine).unwrap().values_of(Column::UserId), Some(vec![ADA]));
    assert!(!rule.matches(&key(None)), "a rule that is not bound lets nobody in");
    let missing = rule.bind(&BTreeMap::new()).unwrap_err();
    assert_eq!(missing, FilterError::MissingVariable("x-hasura-user-id".to_owned()));
    let asked = Filter::parse(&json!({ "nickname": { "_eq": "X-Hasura-User-Id" } })).unwrap();
    assert!(asked.bind(&mine).unwrap().matches(&key(Some("X-Hasura-User-Id"))), "in a query it is a text");
}

#[test]
fn only_what_holds_of_every_row_narrows_what_is_read() {
    let values = |filter: Value| {
        let filter = Filter::parse(&filter).unwrap();
        filter.values_of(Column::UserId).map(|values| values.len())
    };
    assert_eq!(values(json!({ "userId": { "_in": [ADA, ADA] }, "_and": [{ "userId": { "_eq": ADA } }] })), Some(1));
    assert_eq!(values(json!({ "_or": [{ "userId": { "_eq": ADA } }] })), None);
    assert_eq!(values(json!({ "_not": { "userId": { "_eq": ADA } } })), None);
    assert_eq!(values(json!({ "userId": { "_in": [] } })), Some(0));
}
