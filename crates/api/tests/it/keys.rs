//! API keys and the limits around them (checklist 85 to 87).

use std::num::NonZeroU32;

use countersign_api::AddressLimits;
use countersign_domain::secret;
use countersign_domain::tenant::api_key::KeyKind;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

fn limits(strangers_per_second: u32) -> AddressLimits {
    let number = |n| NonZeroU32::new(n).expect("not zero");
    AddressLimits { requests_per_second: number(10_000), strangers_per_second: number(strangers_per_second) }
}

/// Rate limits run before authentication and leave good calls alone.
#[tokio::test]
async fn item_85_a_flood_of_bad_keys_is_turned_away_while_good_calls_go_on() {
    let app = TestApp::with_limits(limits(1), |_| {}).await;
    let shop = app.tenant();
    let bad = countersign_domain::tenant::api_key::generate(KeyKind::Server);
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = shop.server_as(bad.expose(), Method::GET, "/users/ada", Value::Null).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            let wait: u32 = answer.header("retry-after").parse().unwrap();
            assert!((1..=10).contains(&wait), "{wait}");
            answer.refused(429, "too_many_requests");
        } else {
            answer.refused(401, "unauthorized");
        }
        shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    }
    assert_eq!(statuses[..6], [401; 6], "a slip of the hand is no flood");
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(refused > 20, "{statuses:?}");
    shop.track("ada", "withdraw").await;
}

/// The limit of strangers also holds for calls with a tenant id alone, and for tokens that are none.
#[tokio::test]
async fn item_85_strangers_share_one_limit_whatever_they_show() {
    let app = TestApp::with_limits(limits(1), |_| {}).await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    for n in 0..20 {
        match n % 3 {
            0 => shop.client(Who::Tenant, Method::POST, "/challenge", json!({})).await,
            1 => shop.client(Who::Token("token"), Method::GET, "/user-authenticators", Value::Null).await,
            _ => shop.server_as("wrong", Method::GET, "/users/ada", Value::Null).await,
        };
    }
    let challenge = shop.client(Who::Tenant, Method::POST, "/challenge", json!({})).await;
    challenge.refused(429, "too_many_requests");
    let forged = shop.raw(Method::POST, "/v1/client/challenge").basic_auth(shop.id.as_str(), Some(""));
    let forged = forged.header("x-forwarded-for", "192.0.2.7").header("forwarded", "for=192.0.2.7");
    shop.send(forged).await.refused(429, "too_many_requests");
    shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null).await.ok();
}

/// All requests of one address are bounded, good ones too.
#[tokio::test]
async fn item_85_one_address_cannot_take_the_whole_machine() {
    let limits = AddressLimits { requests_per_second: NonZeroU32::new(5).unwrap(), ..limits(1000) };
    let app = TestApp::with_limits(limits, |_| {}).await;
    let shop = app.tenant();
    let mut refused = 0;
    for _ in 0..40 {
        let answer = shop.server(Method::GET, "/users/ada", Value::Null).await;
        if answer.status == 429 {
            refused += 1;
            answer.refused(429, "too_many_requests");
        }
    }
    assert!(refused > 0);
}

/// Who is over the limit is told so before anything is looked up; a page reads it when its origin is known already.
#[tokio::test]
async fn item_85_the_limit_comes_before_the_database() {
    let limits = AddressLimits { requests_per_second: NonZeroU32::new(5).unwrap(), ..limits(1000) };
    let app = TestApp::with_limits(limits, |_| {}).await;
    let shop = app.tenant();
    let mut readable = 0;
    for _ in 0..60 {
        let answer = shop.client(Who::Tenant, Method::POST, "/challenge", json!({})).await;
        if answer.status == 429 {
            readable += u32::from(answer.header("access-control-allow-origin") == shop.origin);
            let stranger = shop.client_from(Some("https://never.example"), Who::Tenant, Method::GET, "/x", Value::Null);
            let stranger = stranger.await;
            assert_eq!(stranger.header("access-control-allow-origin"), "");
        }
    }
    assert!(readable > 0);
    app.db.close().await;
    let mut statuses = Vec::new();
    for n in 0..40 {
        let origin = format!("https://{n}.example");
        let answer = shop.client_from(Some(&origin), Who::Tenant, Method::POST, "/challenge", json!({})).await;
        statuses.push(answer.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}

/// API keys: prefix, 128 bits or more, checksum.
#[tokio::test]
async fn item_86_a_key_has_its_prefix_its_length_and_its_checksum() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (key, prefix) in [(&shop.secret, "csk_server_"), (&shop.management_key, "csk_mgmt_")] {
        let rest = key.strip_prefix(prefix).unwrap_or_else(|| panic!("{prefix}"));
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "one double click selects it");
        // Six characters of checksum; 22 of 62 are 130 bits.
        assert!(rest.len() >= 22 + 6);
    }
}

/// A bad checksum is refused without a lookup: also when there is nothing to look it up in.
#[tokio::test]
async fn item_86_a_bad_checksum_is_refused_without_a_lookup() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.db.close().await;
    let unknown = countersign_domain::tenant::api_key::generate(KeyKind::Server);
    shop.server_as(unknown.expose(), Method::GET, "/users/ada", Value::Null).await.refused(503, "unavailable");
    for index in [0, 11, 20, shop.secret.len() - 1] {
        let mut flipped = shop.secret.clone().into_bytes();
        flipped[index] = if flipped[index] == b'x' { b'y' } else { b'x' };
        let flipped = String::from_utf8(flipped).unwrap();
        shop.server_as(&flipped, Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    }
}

/// API keys are stored hashed; no token and no challenge is stored either.
#[tokio::test]
async fn item_86_no_secret_is_in_the_store() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let offer = shop.passkey_options(&token).await;
    let result = shop.enrol_passkey(&token, &Authenticator::new()).await.ok()["accessToken"].clone();
    shop.validate(&token).await;
    let challenge = secret::from_base64url(offer["options"]["challenge"].as_str().unwrap()).unwrap();

    let stored = app.stored().await;
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"sign-up") && holds(&secret::sha256(shop.secret.as_bytes())), "the store was read");
    let body = |key: &str| key.rsplit('_').next().unwrap_or_default().to_owned();
    for (what, canary) in [
        ("server secret", body(&shop.secret)),
        ("management key", body(&shop.management_key)),
        ("token", token.rsplit('.').next().unwrap().to_owned()),
        ("result token", result.as_str().unwrap().rsplit('.').next().unwrap().to_owned()),
        ("challenge", offer["options"]["challenge"].as_str().unwrap().to_owned()),
    ] {
        assert!(canary.len() >= 22 && !holds(canary.as_bytes()), "{what} is in the store");
    }
    // Its first 16 bytes are the challenge's public id.
    assert!(!holds(&challenge[16..]), "the challenge's random part is in the store");
}

async fn revoke_first(app: &TestApp, shop: &TestTenant, kind: KeyKind) {
    let keys = app.countersign.list_keys(&shop.id).await.expect("keys are listed");
    let key = keys.iter().find(|key| key.kind == kind).expect("there is one");
    app.countersign.revoke_key(&shop.id, &key.id).await.expect("it is revoked");
}

/// A revoked key is of no use from the next call on; a second key goes on.
#[tokio::test]
async fn item_86_a_revoked_key_ends_at_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (_, second) = app.countersign.create_key(&shop.id, KeyKind::Server).await.unwrap();
    shop.server_as(second.expose(), Method::GET, "/users/ada", Value::Null).await.ok();
    shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    revoke_first(&app, shop, KeyKind::Server).await;
    shop.server(Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    shop.server_as(second.expose(), Method::GET, "/users/ada", Value::Null).await.ok();
    let other = app.another_tenant("other.example").await;
    other.server(Method::GET, "/users/ada", Value::Null).await.ok();
}

/// No default account, key or secret; a first start makes its own.
#[tokio::test]
async fn item_87_two_fresh_installations_share_no_secret() {
    let (one, two) = (TestApp::new().await, TestApp::new().await);
    let (shop, other) = (one.tenant(), two.tenant());
    let ring = |app: &TestApp| std::fs::read_to_string(app.folder.join("keys.json")).unwrap();
    assert_ne!(ring(&one), ring(&two));
    assert!(shop.secret != other.secret && shop.management_key != other.management_key && shop.id != other.id);
    other.server_as(&shop.secret, Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    let token = shop.track("ada", "withdraw").await.token;
    assert_eq!(other.validate(&token).await["error"], "invalid_token");
    for guess in
        ["", "admin", "secret", "password", "changeme", "test", "csk_server_", "csk_server_secret", "undefined"]
    {
        shop.server_as(guess, Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    }
}
