//! `user import --from nhost`: users and their security keys come along, and the keys work.

use countersign_domain::id::{AuthenticatorId, TenantId, UserId};
use countersign_testkit::app::TestTenant;
use countersign_testkit::forger::Authenticator;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use crate::program::Program;

const ORIGIN: &str = "http://localhost:3000";

/// A key that was registered with another server for the same relying party, as its row.
fn key_of(user: &UserId, key: &Authenticator) -> Value {
    let options = json!({
        "rp": { "id": "localhost" }, "challenge": "AAECAwQFBgcICQoLDA0ODw", "pubKeyCredParams": [],
        "user": { "id": BASE64URL_NOPAD.encode(user.as_str().as_bytes()), "name": "ada" },
    });
    let made = key.create(&options, ORIGIN).unwrap();
    json!({
        "id": AuthenticatorId::random(), "user_id": user, "credential_id": BASE64URL_NOPAD.encode(&made.id),
        "credential_public_key": format!("\\x{}", HEXLOWER.encode(&made.public_key)), "counter": 0, "transports": "",
        "nickname": "Blue key",
    })
}

fn user_of(id: &UserId, email: &str) -> Value {
    json!({
        "id": id, "email": email, "email_verified": true, "disabled": false, "display_name": "Ada", "locale": "en",
        "default_role": "user", "metadata": { "plan": "gold" },
    })
}

/// Rows as `\copy … CSV HEADER` writes them.
fn csv(rows: &[Value]) -> String {
    let names: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let field = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Bool(true) => "t".to_owned(),
        Value::Bool(false) => "f".to_owned(),
        Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        other => format!("\"{}\"", other.to_string().replace('"', "\"\"")),
    };
    let mut text = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
    for row in rows {
        let fields: Vec<String> = names.iter().map(|name| field(&row[name.as_str()])).collect();
        text.push('\n');
        text.push_str(&fields.join(","));
    }
    text + "\n"
}

fn import(program: &Program, more: &[&str]) -> Value {
    let (users, keys) = (program.path("users.csv"), program.path("keys.json"));
    let words = ["user", "import", "--from", "nhost", users.to_str().unwrap(), keys.to_str().unwrap()];
    program.json(&[&words[..], more].concat())
}

fn counts(answer: &Value) -> [u64; 6] {
    let count = |table: &str, what: &str| answer[table][what].as_u64().unwrap();
    let whats = ["new", "known", "leftOut"];
    std::array::from_fn(|at| count(["users", "keys"][at / 3], whats[at % 3]))
}

#[tokio::test]
async fn a_key_of_another_server_steps_up_here_under_its_users_id() {
    let program = Program::new();
    let made = program.tenant();
    let (ada, grace) = (UserId::random(), UserId::random());
    let key = Authenticator::security_key();
    program.write("users.csv", &csv(&[user_of(&ada, "Ada@Example.com"), user_of(&grace, "grace@example.com")]));
    program.write("keys.json", &json!([key_of(&ada, &key)]).to_string());

    let dry = import(&program, &["--dry-run"]);
    assert_eq!((counts(&dry), &dry["dryRun"]), ([1, 0, 1, 1, 0, 0], &json!(true)), "{dry}");
    let first = import(&program, &[]);
    assert_eq!(counts(&first), [1, 0, 1, 1, 0, 0], "a dry run changes nothing: {first}");
    assert_eq!(first["leftOut"][0]["id"], json!(grace), "who has no key is told: {first}");
    assert_eq!(first["leftOut"][0]["refused"], false);
    let again = import(&program, &[]);
    assert_eq!(counts(&again), [0, 1, 1, 0, 1, 0], "{again}");

    let server = program.serve(&[]);
    let text = |name: &str| made[name].as_str().unwrap();
    let id = TenantId::parse(text("tenantId")).unwrap();
    let shop =
        TestTenant::new(&server.url, id, text("clientId"), [text("apiSecretKey"), text("managementKey")], ORIGIN);
    let token = shop.track(ada.as_str(), "pay").await.token;
    shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(shop.validate(&token).await["isValid"], true);
    let factors = shop.factors_of(ada.as_str()).await;
    assert_eq!(factors.len(), 1, "{factors:?}");
}

#[test]
fn what_cannot_come_along_is_told_row_by_row_and_keeps_nobody_else_out() {
    let program = Program::new();
    program.tenant();
    let users: Vec<UserId> = (0..4).map(|_| UserId::random()).collect();
    let keys: Vec<Value> = users.iter().map(|user| key_of(user, &Authenticator::security_key())).collect();
    let mut rows: Vec<Value> =
        users.iter().enumerate().map(|(n, id)| user_of(id, &format!("u{n}@example.com"))).collect();
    rows[1]["email"] = json!("U0@example.com");
    rows[2]["email"] = json!(null);
    rows.push(json!({ "id": "7", "email": "x@example.com", "default_role": "user" }));
    program.write("users.csv", &csv(&rows));
    let mut all = keys.clone();
    all[3]["credential_public_key"] = json!("\\x00ff");
    let mut stolen = keys[0].clone();
    stolen["user_id"] = json!(users[3]);
    all.push(stolen);
    all.push(json!({ "id": AuthenticatorId::random(), "user_id": users[3], "credential_id": "%%", "credential_public_key": "\\x" }));
    program.write("keys.json", &json!({ "user_security_keys": all }).to_string());

    let files = [program.path("users.csv"), program.path("keys.json")];
    let words = ["--json", "user", "import", "--from", "nhost", files[0].to_str().unwrap(), files[1].to_str().unwrap()];
    let ended = program.run(&words);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(counts(&answer), [2, 0, 3, 1, 0, 5], "{answer}");
    let reasons = answer["leftOut"].to_string();
    for reason in [
        "another user's",
        "no e-mail",
        "no security key",
        "was not imported",
        "COSE",
        "registered already",
        "base64url",
    ] {
        assert!(reasons.contains(reason), "{reason}: {reasons}");
    }
    assert!(!reasons.contains("\\\\x00ff"), "no values of rows are shown but ids: {reasons}");
}

#[test]
fn a_file_of_no_known_table_changes_nothing() {
    let program = Program::new();
    program.tenant();
    program.write("users.csv", "name,age\nAda,36\n");
    let file = program.path("users.csv");
    let said = program.run(&["user", "import", "--from", "nhost", file.to_str().unwrap()]).refused();
    assert!(said.contains("of no table that is known"), "{said}");
    let missing = program.run(&["user", "import", "--from", "nhost", "nowhere.csv"]).refused();
    assert!(missing.contains("cannot read nowhere.csv"), "{missing}");
}
