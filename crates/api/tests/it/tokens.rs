//! Client tokens and result tokens (decisions §2): what they say, and that nobody else can make one.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use crate::forgery::{Forgery, hmac_with, taken_apart};

const LIST: &str = "/user-authenticators";
const ENROL: &str = "/user-authenticators/passkey/registration-options";
const VERIFY: &str = "/user-authenticators/security-key/authentication-options";

/// The token is worth nothing at any door that takes tokens.
async fn is_refused_everywhere(shop: &TestTenant, token: &str, why: &str) {
    for (method, path) in [(Method::GET, LIST), (Method::POST, ENROL), (Method::POST, VERIFY)] {
        let answer = shop.client(Who::Token(token), method, path, Value::Null).await;
        assert_eq!(answer.body["error"], "invalid_token", "{why} at {path}");
        answer.refused(401, "invalid_token");
    }
    assert_eq!(shop.validate(token).await, json!({ "isValid": false, "error": "invalid_token" }), "{why}");
}

#[tokio::test]
async fn a_token_of_track_says_who_does_what_for_ten_minutes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track_with("ada", "withdraw", json!({ "username": "ada@shop" })).await;
    let (header, claims) = taken_apart(&tracked.token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("cst+jwt")));
    assert!(header["kid"].is_string());
    assert_eq!(claims["iss"], "https://auth.shop.example");
    assert_eq!(claims["aud"], "https://auth.shop.example/v1/client");
    assert_eq!((&claims["sub"], &claims["scope"]), (&json!("ada"), &json!("read:authenticators")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    let other = json!({
        "tenantId": shop.id.as_str(), "userId": "ada", "actionCode": "withdraw",
        "idempotencyKey": tracked.idempotency_key, "username": "ada@shop",
    });
    assert_eq!(claims["other"], other);
    assert!(claims.get("acr").is_none() && claims.get("amr").is_none() && claims.get("auth_time").is_none());
    let again = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": tracked.idempotency_key })).await;
    assert_ne!(taken_apart(&again.token).1["jti"], claims["jti"]);
}

#[tokio::test]
async fn a_result_token_says_what_was_proved_and_opens_the_users_factors() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let added = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
    let (header, claims) = taken_apart(added["accessToken"].as_str().unwrap());
    assert_eq!(header["typ"], "cst+jwt");
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal2"), &json!(["hwk", "user"])));
    assert!((claims["auth_time"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()).abs() <= 2);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert_eq!(claims["other"]["idempotencyKey"], json!(tracked.idempotency_key));
    let scope = "read:authenticators add:authenticators update:authenticators remove:authenticators";
    assert_eq!(claims["scope"], scope);
}

/// JWT: algorithm list fixed; `none`, wrong key type, jku, x5u, jwk headers refused.
#[tokio::test]
async fn item_71_tokens_signed_by_others_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    let honest = Forgery::of(&app, shop, &token);
    shop.client(Who::Token(&honest.signed()), Method::GET, LIST, Value::Null).await.ok();

    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let by_rsa = |message: &[u8]| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    };
    let by_own_key = |message: &[u8]| hmac_with(hmac::HMAC_SHA256, b"a key of the forger's own", message);
    let jwk = json!({ "kty": "oct", "k": "YSBrZXkgb2YgdGhlIGZvcmdlcidzIG93bg" });
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forgeries = [
        ("none", honest.header("alg", json!("none")).signed_by(|_| Vec::new())),
        ("None, signed", honest.header("alg", json!("None")).signed()),
        ("no algorithm", honest.header("alg", Value::Null).signed()),
        ("RS256", honest.header("alg", json!("RS256")).signed_by(by_rsa)),
        ("HS256 named RS256", honest.header("alg", json!("RS256")).signed()),
        ("HS384", honest.header("alg", json!("HS384")).signed_with(hmac::HMAC_SHA384)),
        ("HS512", honest.header("alg", json!("HS512")).signed_with(hmac::HMAC_SHA512)),
        ("a key of its own", honest.signed_by(by_own_key)),
        ("a key it brings along", honest.header("jwk", jwk).signed_by(by_own_key)),
        ("jku", honest.header("jku", json!("https://evil.example/jwks")).signed_by(by_own_key)),
        ("x5u", honest.header("x5u", json!("https://evil.example/x5u")).signed_by(by_own_key)),
        ("an empty key", honest.signed_by(|message| hmac_with(hmac::HMAC_SHA256, b"", message))),
        ("the tenant's secret as key", {
            honest.signed_by(|message| hmac_with(hmac::HMAC_SHA256, shop.secret.as_bytes(), message))
        }),
        ("no signature", format!("{signed}.")),
        ("no third part", signed.to_owned()),
        ("a fourth part", format!("{token}.e30")),
        ("padding", format!("{token}=")),
        ("not a token", "e30.e30.e30".to_owned()),
        ("a word", "token".to_owned()),
        ("too long", honest.claim("pad", json!("x".repeat(10_000))).signed()),
    ];
    for (why, forged) in forgeries {
        is_refused_everywhere(shop, &forged, why).await;
    }
}

/// Every bit of a token counts.
#[tokio::test]
async fn item_71_a_token_with_one_changed_character_is_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    // A few of each part; the last character of a part may hold bits that base64url ignores.
    for index in (0..token.len() - 1).step_by(23) {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(shop.validate(&changed).await["error"], "invalid_token", "character {index}");
        shop.client(Who::Token(&changed), Method::GET, LIST, Value::Null).await.refused(401, "invalid_token");
    }
}

/// JWT: bad exp, nbf, aud, typ refused, even under the right key.
#[tokio::test]
async fn item_71_tokens_of_another_kind_are_refused_under_the_right_key() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let honest = Forgery::of(&app, shop, &shop.track("ada", "withdraw").await.token);
    let now = app.countersign.now().seconds();
    let mut other = honest.claims["other"].clone();
    other["tenantId"] = json!(app.another_tenant("other.example").await.id.as_str());
    let forgeries = [
        ("typ JWT", honest.header("typ", json!("JWT"))),
        ("no typ", honest.header("typ", Value::Null)),
        ("kid unknown", honest.header("kid", json!("elsewhere"))),
        ("no kid", honest.header("kid", Value::Null)),
        ("aud of another door", honest.claim("aud", json!("https://auth.shop.example/v1"))),
        ("no aud", honest.claim("aud", Value::Null)),
        ("iss elsewhere", honest.claim("iss", json!("https://evil.example"))),
        ("iss with a slash", honest.claim("iss", json!("https://auth.shop.example/"))),
        ("no iss", honest.claim("iss", Value::Null)),
        ("iat ahead", honest.claim("iat", json!(now + 60))),
        ("nbf ahead", honest.claim("nbf", json!(now + 300))),
        ("no exp", honest.claim("exp", Value::Null)),
        ("exp as text", honest.claim("exp", json!("2999-01-01"))),
        ("no sub", honest.claim("sub", Value::Null)),
        ("an unknown sub", honest.claim("sub", json!("nobody"))),
        ("another tenant", honest.claim("other", other)),
        ("no action", honest.claim("other", json!({ "tenantId": shop.id.as_str() }))),
    ];
    for (why, forged) in forgeries {
        is_refused_everywhere(shop, &forged.signed(), why).await;
    }
    for ahead in [0, 29] {
        let token = honest.claim("iat", json!(now + ahead)).signed();
        shop.client(Who::Token(&token), Method::GET, LIST, Value::Null).await.ok();
    }
}

#[tokio::test]
async fn a_token_ends_with_its_tenth_minute_and_not_before() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    app.advance(Span::seconds(590));
    shop.client(Who::Token(&token), Method::GET, LIST, Value::Null).await.ok();
    app.advance(Span::seconds(10));
    shop.client(Who::Token(&token), Method::GET, LIST, Value::Null).await.refused(401, "expired_token");
    assert_eq!(shop.validate(&token).await, json!({ "isValid": false, "error": "expired_token" }));
}

/// Action tokens serve one user, one action, one tenant.
#[tokio::test]
async fn item_64_a_token_of_another_tenant_is_worth_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let other = app.another_tenant("other.example").await;
    let token = other.track("ada", "withdraw").await.token;
    shop.track("ada", "withdraw").await;
    assert_eq!(shop.validate(&token).await, json!({ "isValid": false, "error": "invalid_token" }));
    shop.client(Who::Token(&token), Method::GET, LIST, Value::Null).await.refused(403, "origin_not_allowed");
    assert_eq!(other.validate(&token).await["state"], "ALLOW");
}

#[tokio::test]
async fn a_token_dies_with_its_user() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let token = shop.track("ada", "sign-up").await.token;
    let result = shop.enrol_passkey(&token, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(shop.validate(&result).await["isValid"], true);
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    for token in [&token, &result] {
        is_refused_everywhere(shop, token, "deleted user").await;
    }
    // A new user of the old name is another user: the old tokens name actions that are gone.
    shop.track("ada", "sign-up").await;
    assert_eq!(shop.validate(&result).await["error"], "invalid_token");
    shop.client(Who::Token(&result), Method::POST, ENROL, json!({})).await.refused(401, "invalid_token");
}

#[tokio::test]
async fn each_door_takes_its_own_kind_of_credential() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    for secret in [&token, &shop.management_key, shop.id.as_str()] {
        shop.server_as(secret, Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    }
    let bearer = |token: &str| shop.raw(Method::GET, "/v1/users/ada").bearer_auth(token);
    for token in [&token, &shop.secret] {
        shop.send(bearer(token)).await.refused(401, "unauthorized");
    }
    for token in [&shop.secret, &shop.management_key, shop.id.as_str()] {
        shop.client(Who::Token(token), Method::GET, LIST, Value::Null).await.refused(401, "invalid_token");
    }
    for who in [Who::Tenant, Who::Nobody] {
        shop.client(who, Method::GET, LIST, Value::Null).await.refused(401, "invalid_token");
    }
    shop.client(Who::Token(&token), Method::POST, "/challenge", json!({})).await.refused(401, "unauthorized");
}
