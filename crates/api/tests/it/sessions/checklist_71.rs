//! Item 71 of docs/reference/checklist.md for access tokens: forged in every way, and refused by each who takes them.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use countersign_db::statements;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret::{base64url, from_base64url};
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{call, enters, opened, own, proved, validate};
use crate::forgery::{hmac_with, taken_apart};

statements! {
    KEY = "SELECT key_id, sealed FROM signing_keys WHERE tenant_id = $1";
}

/// The tenant's own key pair, taken out of the database by the ring: what is refused is refused for what was changed.
async fn own_pair(app: &TestApp, shop: &TestTenant) -> RsaKeyPair {
    let row = app.db.opt(&KEY, &[&shop.id]).await.expect("keys are readable").expect("a key was made");
    let (id, sealed): (String, Vec<u8>) = (row.get(0).expect("an id"), row.get(1).expect("a key"));
    let ring = KeyRing::load(&app.folder.join("keys.json")).expect("the ring is readable");
    let place: [&[u8]; 3] = [b"signing_keys", shop.id.as_str().as_bytes(), id.as_bytes()];
    RsaKeyPair::from_pkcs8(&ring.open(&place, &sealed).expect("it opens")).expect("a key pair")
}

/// A token of these parts, signed in any way.
fn token(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = base64url(&sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn rsa<'a>(pair: &'a RsaKeyPair, padding: &'static dyn RsaEncoding) -> impl FnOnce(&[u8]) -> Vec<u8> + 'a {
    move |message| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &SystemRandom::new(), message, &mut signature).expect("it signs");
        signature
    }
}

/// With one member set, or taken out by `null`.
fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut changed = object.clone();
    changed[name] = value;
    changed.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    changed
}

#[tokio::test]
async fn item_71_access_tokens_that_are_forged_are_refused_by_both_doors() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let tokens = [opened(shop, &key).await.access, own(&app, shop, &key).await.access];
    let (pair, foreign) = (own_pair(&app, shop).await, RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let jwks = format!("/t/{}/auth/v1/.well-known/jwks.json", shop.id);
    let public = shop.send(shop.raw(Method::GET, &jwks)).await.ok()["keys"][0].clone();
    let modulus = from_base64url(public["n"].as_str().unwrap()).unwrap();
    let (now, evil) = (app.countersign.now().seconds(), "https://evil.example/jwks.json");
    for (number, honest) in tokens.iter().enumerate() {
        let (header, claims) = taken_apart(honest);
        let h = |name: &str, value: Value| with(&header, name, value);
        let c = |name: &str, value: Value| with(&claims, name, value);
        let own_key = |header: &Value, claims: &Value| token(header, claims, rsa(&pair, &RSA_PKCS1_SHA256));
        let by_foreign = |header: &Value| token(header, &claims, rsa(&foreign, &RSA_PKCS1_SHA256));
        let mac = |key: &[u8]| {
            let key = key.to_vec();
            token(&h("alg", json!("HS256")), &claims, move |message| hmac_with(hmac::HMAC_SHA256, &key, message))
        };
        assert!(is_taken(&app, shop, number, &own_key(&header, &claims)).await, "a token that is not changed is taken");
        let wrong_audience = if number == 0 { json!("another") } else { json!(shop.client) };
        let forgeries = [
            ("none", token(&h("alg", json!("none")), &claims, |_| Vec::new())),
            ("None", token(&h("alg", json!("None")), &claims, rsa(&pair, &RSA_PKCS1_SHA256))),
            ("HS256 under the public key", mac(public.to_string().as_bytes())),
            ("HS256 under the modulus", mac(&modulus)),
            ("HS256 under nothing", mac(b"")),
            ("PS256 by our key", token(&h("alg", json!("PS256")), &claims, rsa(&pair, &RSA_PSS_SHA256))),
            ("RS384 by our key", token(&h("alg", json!("RS384")), &claims, rsa(&pair, &RSA_PKCS1_SHA256))),
            ("ES256", own_key(&h("alg", json!("ES256")), &claims)),
            ("a key of the forger's", by_foreign(&header)),
            ("a key brought along", by_foreign(&h("jwk", json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })))),
            ("jku", by_foreign(&h("jku", json!(evil)))),
            ("x5u", by_foreign(&h("x5u", json!(evil)))),
            ("no kid", own_key(&h("kid", Value::Null), &claims)),
            ("another kid", own_key(&h("kid", json!("../../keys")), &claims)),
            ("a client token's type", own_key(&h("typ", json!("cst+jwt")), &claims)),
            ("no type", own_key(&h("typ", Value::Null), &claims)),
            ("another issuer", own_key(&header, &c("iss", json!("https://auth.shop.example")))),
            ("no issuer", own_key(&header, &c("iss", Value::Null))),
            ("issued tomorrow", own_key(&header, &c("iat", json!(now + 86_400)))),
            ("not before tomorrow", own_key(&header, &c("nbf", json!(now + 86_400)))),
            ("no end", own_key(&header, &c("exp", Value::Null))),
            ("an end that is text", own_key(&header, &c("exp", json!("never")))),
            ("another audience", own_key(&header, &c("aud", wrong_audience))),
            ("a list of audiences", own_key(&header, &c("aud", json!([shop.client])))),
            ("another user", own_key(&header, &c("sub", json!("3f2504e0-4f89-41d3-9a0c-0305e82c3301")))),
            ("another session", own_key(&header, &c("sid", json!("3f2504e0-4f89-41d3-9a0c-0305e82c3301")))),
            ("no session", own_key(&header, &c("sid", Value::Null))),
            ("cut", honest[..honest.len() - 4].to_owned()),
            ("no signature", format!("{}.", honest.rsplit_once('.').unwrap().0)),
            ("a fourth part", format!("{honest}.e30")),
            ("nothing", String::new()),
            ("too long", own_key(&header, &c("pad", json!("x".repeat(40_000))))),
        ];
        for (why, forged) in forgeries {
            assert!(!is_taken(&app, shop, number, &forged).await, "{why}");
        }
        let over = own_key(&header, &c("exp", json!(now - 1)));
        validate(shop, &over).await.refused(401, if number == 0 { "expired_token" } else { "invalid_token" });
        assert_eq!(enters(&app, shop, &over).await, Err(if number == 0 { "invalid" } else { "expired" }));
    }
}

/// Whether the door that this kind of token is for takes it. The other one never does.
async fn is_taken(app: &TestApp, shop: &TestTenant, kind: usize, access: &str) -> bool {
    let answer = validate(shop, access).await;
    let takes = [answer.status == 200, enters(app, shop, access).await.is_ok()];
    if !takes[0] {
        answer.refused(401, "invalid_token");
    }
    assert!(!takes[1 - kind], "taken by the wrong door");
    takes[kind]
}

#[tokio::test]
async fn item_71_a_token_of_one_kind_is_none_of_another() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let client_token = proved(shop, &key).await;
    let tokens = [opened(shop, &key).await, own(&app, shop, &key).await];
    validate(shop, &client_token).await.refused(401, "invalid_token");
    assert_eq!(enters(&app, shop, &client_token).await, Err("invalid"));
    call(shop, "/revoke", json!({ "accessToken": client_token })).await.refused(401, "invalid_token");
    for tokens in &tokens {
        for text in [&tokens.access, &tokens.refresh] {
            assert_eq!(shop.validate(text).await["error"], "invalid_token");
            let factors = shop.client(Who::Token(text), Method::GET, "/user-authenticators", Value::Null).await;
            factors.refused(401, "invalid_token");
            let body = json!({ "clientId": shop.client, "token": text });
            call(shop, "", body).await.refused(401, "invalid_token");
        }
        validate(shop, &tokens.refresh).await.refused(401, "invalid_token");
        call(shop, "/refresh", json!({ "refreshToken": tokens.access })).await.refused(401, "invalid_token");
    }
    // A session of the Nhost door is ended there.
    call(shop, "/revoke", json!({ "accessToken": tokens[1].access })).await.refused(401, "invalid_token");
}
