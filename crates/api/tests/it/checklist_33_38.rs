//! Security checklist, items 33 to 38: the server enforces what the options asked for, whatever a browser let through.

use countersign_testkit::app::{ORIGIN, TestApp, Who};
use countersign_testkit::forger::{Algorithm, Authenticator, Counter, CreateDraft};
use countersign_webauthn::UserVerification;
use http::Method;
use serde_json::json;

use crate::spoiled::{self, assert_none, bytes, factors, refused_at};

/// The server, not the browser, enforces UV, attachment, algorithm, exclude list, resident key.
#[tokio::test]
async fn item_33_the_server_enforces_what_the_options_asked() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let new = Authenticator::new;
    refused_at(spoiled::enrol(shop, "ada", &new().uv(false), |_| ()).await, "7.1.16", "no user verification");
    for algorithm in [Algorithm::Es384, Algorithm::Es512, Algorithm::Es256K, Algorithm::Ps256, Algorithm::Rs384] {
        let answer = spoiled::enrol(shop, "ada", &new().algorithm(algorithm), |_| ()).await;
        refused_at(answer, "7.1.20", &format!("{algorithm:?} was not offered"));
    }
    let not_kept = |draft: &mut CreateDraft| {
        draft.extension_results = json!({ "credProps": { "rk": false } });
    };
    spoiled::enrol(shop, "ada", &new(), not_kept).await.refused(400, "invalid_request");

    let token = shop.track("ada", "sign-up").await.token;
    for (asked, sent) in [("platform", "cross-platform"), ("cross-platform", "platform")] {
        let path = "/user-authenticators/passkey/registration-options";
        let wish = json!({ "authenticatorAttachment": asked });
        let offer = shop.client(Who::Token(&token), Method::POST, path, wish).await.ok();
        assert_eq!(offer["options"]["authenticatorSelection"]["authenticatorAttachment"], asked);
        let made = new().forge_create(&offer["options"], ORIGIN, |draft| draft.attachment = Some(sent.to_owned()));
        shop.add_passkey(&token, &offer, &made.unwrap().credential).await.refused(400, "invalid_request");
    }
    let built_in = |draft: &mut CreateDraft| draft.attachment = Some("platform".to_owned());
    let answer = spoiled::enrol_security_key(shop, "ada", &Authenticator::security_key(), built_in).await;
    answer.refused(400, "invalid_request");
    assert_none(&factors(shop, "ada").await, "a credential that is not what was asked");
}

/// The exclude list is the server's to hold too.
#[tokio::test]
async fn item_33_an_excluded_credential_is_not_registered_again() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let token = shop.track("ada", "sign-up").await.token;
    let token = shop.enrol_passkey(&token, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();
    let id = key.credentials()[0].clone();

    let offer = shop.passkey_options(&token).await;
    assert_eq!(bytes(&offer["options"]["excludeCredentials"][0]["id"]), id);
    let made =
        Authenticator::new().forge_create(&offer["options"], ORIGIN, |draft| draft.credential_id().clone_from(&id));
    let made = made.unwrap().credential;
    shop.add_passkey(&token, &offer, &made).await.refused(400, "invalid_request");
    assert_eq!(factors(shop, "ada").await.len(), 1);
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada", "the key registered first still stands");
}

/// UV required but flag 0 → refused; UV preferred and flag 0 → counts as one factor only.
#[tokio::test]
async fn item_34_user_verification_is_held_to_and_told() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    refused_at(
        spoiled::sign_in(shop, &key, |draft| draft.data.flags.uv = false).await,
        "7.2.17",
        "a passkey without UV",
    );

    let app = TestApp::with(|settings| settings.security_key.user_verification = UserVerification::Required).await;
    let (shop, key) = (app.tenant(), Authenticator::security_key().uv(true));
    let answer = spoiled::enrol_security_key(shop, "ada", &key, |draft| draft.data.flags.uv = false).await;
    refused_at(answer, "7.1.16", "a key without UV where it is required");
    assert_none(&factors(shop, "ada").await, "a key without UV");
    let key = Authenticator::security_key().uv(true);
    shop.user_with_security_key("ada", &key).await;
    let answer = spoiled::step_up(shop, "ada", &key, |draft| draft.data.flags.uv = false).await;
    refused_at(answer, "7.2.17", "an assertion without UV where it is required");

    let app = TestApp::with(|settings| settings.security_key.user_verification = UserVerification::Preferred).await;
    let (shop, key) = (app.tenant(), Authenticator::security_key().uv(true));
    shop.user_with_security_key("ada", &key).await;
    for (uv, acr, amr) in [(false, "aal1", json!(["hwk"])), (true, "aal2", json!(["hwk", "user"]))] {
        let verified = spoiled::step_up(shop, "ada", &key, |draft| draft.data.flags.uv = uv).await.ok();
        let verdict = shop.validate(verified["accessToken"].as_str().unwrap()).await;
        assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!(acr), &amr), "UV={uv}");
    }
}

/// UP=0, BS=1 with BE=0, or a changed BE is refused.
#[tokio::test]
async fn item_35_presence_and_backup_flags_are_held_to() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let new = Authenticator::new;
    refused_at(spoiled::enrol(shop, "eve", &new(), |draft| draft.data.flags.up = false).await, "7.1.15", "UP=0");
    refused_at(spoiled::enrol(shop, "eve", &new(), |draft| draft.data.flags.bs = true).await, "7.1.17", "BS=1, BE=0");
    assert_none(&factors(shop, "eve").await, "impossible flags");

    for (user, synced) in [("ada", false), ("bob", true)] {
        let key = new().synced(synced);
        shop.user_with_passkey(user, &key).await;
        let up = spoiled::sign_in(shop, &key, |draft| draft.data.flags.up = false).await;
        refused_at(up, "7.2.16", "UP=0");
        let backed_up =
            spoiled::sign_in(shop, &key, |draft| (draft.data.flags.be, draft.data.flags.bs) = (false, true));
        refused_at(backed_up.await, "7.2.18", "BS=1 with BE=0");
        let changed = spoiled::sign_in(shop, &key, |draft| {
            (draft.data.flags.be, draft.data.flags.bs) = (!synced, false);
        });
        refused_at(changed.await, "7.2.19", "a changed BE");
        assert_eq!(shop.sign_in(&key).await.ok()["userId"], user);
    }
}

/// A counter fall does what policy says: refuse for device-bound, record a risk signal for synced; zero counters are fine.
#[tokio::test]
async fn item_36_a_fallen_counter_is_refused_or_recorded() {
    for (synced, first, next, accepted, fell) in [
        (false, 0, 0, true, false),
        (false, 0, 5, true, false),
        (false, 5, 6, true, false),
        (false, 5, 5, false, false),
        (false, 5, 3, false, false),
        (false, 5, 0, false, false),
        (true, 0, 0, true, false),
        (true, 5, 6, true, false),
        (true, 5, 5, true, true),
        (true, 5, 3, true, true),
        (true, 5, 0, true, true),
    ] {
        let what = format!("synced={synced}, {first} → {next}");
        let app = TestApp::new().await;
        let (shop, key) = (app.tenant(), Authenticator::new().synced(synced).counter(Counter::Start(first)));
        shop.user_with_passkey("ada", &key).await;
        let answer = spoiled::sign_in(shop, &key, |draft| draft.data.counter = next).await;
        if accepted {
            answer.ok();
        } else {
            refused_at(answer, "7.2.22", &what);
            // The refused one did not move what is stored.
            spoiled::sign_in(shop, &key, |draft| draft.data.counter = first + 1).await.ok();
        }
        let told = app.events().await.iter().any(|kind| kind == "authenticator.counter_fell");
        assert_eq!(told, fell, "{what}");
    }
}

/// A credential id can belong to one user only; longer than 1023 bytes refused.
#[tokio::test]
async fn item_37_a_credential_id_has_one_owner_and_at_most_1023_bytes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let id = key.credentials()[0].clone();
    let twin = Authenticator::new();
    let same_id = |draft: &mut CreateDraft| draft.credential_id().clone_from(&id);
    spoiled::enrol(shop, "bob", &twin, same_id).await.refused(400, "invalid_request");
    let roaming = Authenticator::security_key();
    spoiled::enrol_security_key(shop, "bob", &roaming, same_id).await.refused(400, "invalid_request");
    assert_none(&factors(shop, "bob").await, "a credential of another user");
    shop.sign_in(&twin).await.refused(400, "invalid_request");
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");

    // Tenants do not share credentials (decisions §1): the same id may be somebody's elsewhere.
    let other = app.another_tenant("other.example").await;
    spoiled::enrol(&other, "bob", &Authenticator::new(), same_id).await.ok();

    for (length, user) in [(1024, "eve"), (4096, "eve"), (0, "eve")] {
        let long =
            spoiled::enrol(shop, user, &Authenticator::new(), |draft| *draft.credential_id() = vec![7; length]).await;
        long.refused(400, "invalid_request");
        assert_none(&factors(shop, user).await, "an id of no good length");
    }
    let longest = Authenticator::new();
    spoiled::enrol(shop, "carol", &longest, |draft| *draft.credential_id() = vec![7; 1023]).await.ok();
    assert_eq!(shop.sign_in(&longest).await.ok()["userId"], "carol");
}

/// user.id is 1–64 random bytes without personal data and stable over the account's life.
#[tokio::test]
async fn item_38_the_user_handle_is_random_and_stays() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let handle = async |user: &str, email: &str| {
        let token = shop.track_with(user, "sign-up", json!({ "email": email, "username": email })).await.token;
        bytes(&shop.passkey_options(&token).await["options"]["user"]["id"])
    };
    let ada = handle("ada@shop.example", "ada@shop.example").await;
    assert_eq!(ada.len(), 36, "a UUID as text (decisions §1)");
    let text = String::from_utf8(ada.clone()).unwrap();
    assert!(text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "{text}");
    assert_eq!(handle("ada@shop.example", "ada.lovelace@shop.example").await, ada, "the same after a new address");
    let bob = handle("bob@shop.example", "bob@shop.example").await;
    let alike = ada.iter().zip(&bob).filter(|(one, other)| one == other).count();
    assert!(alike < 20, "two users made one after the other have handles that differ all over: {alike} alike");
    let other = app.another_tenant("other.example").await;
    let token = other.track("ada@shop.example", "sign-up").await.token;
    assert_ne!(bytes(&other.passkey_options(&token).await["options"]["user"]["id"]), ada, "nor across tenants");
}
