//! What each door asks of a ceremony and makes of the answer (decisions §6, and the rows *user handle* and *methods do not
//! mix* of §1).

use countersign_domain::id::ChallengeId;
use countersign_domain::methods::Method;
use countersign_domain::secret::from_base64url;
use countersign_testkit::app::{ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use countersign_webauthn::UserVerification;
use countersign_webauthn::options::ResidentKey;
use serde_json::{Value, json};

use crate::spoiled::{self, assert_none, factors, refused_at};

fn algorithms(options: &Value) -> Vec<i64> {
    let offered = options["pubKeyCredParams"].as_array().expect("a list of algorithms");
    offered.iter().filter_map(|one| one["alg"].as_i64()).collect()
}

/// What `validate` says of the action, as acr and amr.
async fn assurance(shop: &TestTenant, answer: Value) -> (Value, Value) {
    let verdict = shop.validate(answer["accessToken"].as_str().expect("a token")).await;
    assert_eq!(verdict["isValid"], true);
    (verdict["acr"].clone(), verdict["amr"].clone())
}

#[tokio::test]
async fn a_passkey_is_asked_to_stay_and_to_know_its_user() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let options = shop.passkey_options(&token).await["options"].clone();
    assert_eq!(options["rp"]["id"], "shop.example");
    // UV preferred lets a browser make one without asking (conditional create); the server demands it of all others.
    let selection = &options["authenticatorSelection"];
    assert_eq!(
        selection,
        &json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "preferred" })
    );
    assert_eq!((&options["attestation"], algorithms(&options)), (&json!("none"), vec![-8, -7, -257]));
    assert_eq!(options["timeout"], 300_000);

    let key = Authenticator::new();
    shop.enrol_passkey(&token, &key).await.ok();
    let token = shop.track("ada", "withdraw").await.token;
    for who in [Who::Token(&token), Who::Tenant] {
        let options = &shop.assertion_options(who).await["options"];
        assert_eq!((&options["userVerification"], &options["rpId"]), (&json!("required"), &json!("shop.example")));
    }
}

#[tokio::test]
async fn a_security_key_is_asked_for_presence_alone_unless_the_tenant_wants_more() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let options = spoiled::security_key_creation(shop, &shop.track("ada", "sign-up").await.token).await;
    let selection = json!({
        "authenticatorAttachment": "cross-platform", "residentKey": "discouraged", "requireResidentKey": false,
        "userVerification": "discouraged",
    });
    assert_eq!(options["authenticatorSelection"], selection);
    assert_eq!((&options["attestation"], algorithms(&options)), (&json!("none"), vec![-8, -7, -257]));
    assert_eq!(options["timeout"], 300_000);

    let app = TestApp::with(|settings| {
        settings.security_key.resident_key = ResidentKey::Required;
        settings.security_key.user_verification = UserVerification::Required;
    })
    .await;
    let shop = app.tenant();
    let options = spoiled::security_key_creation(shop, &shop.track("ada", "sign-up").await.token).await;
    let selection = json!({
        "authenticatorAttachment": "cross-platform", "residentKey": "required", "requireResidentKey": true,
        "userVerification": "required",
    });
    assert_eq!(options["authenticatorSelection"], selection);
    let forgetful = Authenticator::security_key().uv(true);
    let answer = spoiled::enrol_security_key(shop, "ada", &forgetful, |_| ()).await;
    answer.refused(400, "invalid_request");
    assert_none(&factors(shop, "ada").await, "a key that did not keep the credential");
    shop.user_with_security_key("ada", &Authenticator::security_key().uv(true).resident(true)).await;
}

#[tokio::test]
async fn what_a_proof_is_worth_follows_the_authenticator() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (user, key, amr) in [
        ("ada", Authenticator::new().synced(true), json!(["swk", "user"])),
        ("bob", Authenticator::new(), json!(["hwk", "user"])),
    ] {
        shop.user_with_passkey(user, &key).await;
        assert_eq!(assurance(shop, shop.sign_in(&key).await.ok()).await, (json!("aal2"), amr));
    }
    let key = Authenticator::security_key();
    shop.user_with_security_key("carol", &key).await;
    let token = shop.track("carol", "withdraw").await.token;
    let weak = shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(assurance(shop, weak.clone()).await, (json!("aal1"), json!(["hwk"])));
    let again = shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(assurance(shop, again).await, (json!("aal1"), json!(["hwk"])), "twice the same proof is one factor");

    // The proof lets Carol add a passkey; both together are two factors.
    let passkey = Authenticator::new().synced(true);
    shop.enrol_passkey(weak["accessToken"].as_str().unwrap(), &passkey).await.ok();
    let both = shop.verify_passkey(&token, &passkey).await.ok();
    let (acr, amr) = assurance(shop, both).await;
    assert_eq!((acr, amr), (json!("aal2"), json!(["hwk", "swk", "user", "mfa"])));
}

#[tokio::test]
async fn a_user_handle_comes_back_in_either_form_or_not_at_all() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (key, other) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.user_with_passkey("bob", &other).await;
    let handle = handle_of(shop, &key).await;
    let decoded = from_base64url(std::str::from_utf8(&handle).unwrap()).unwrap();
    assert_eq!((handle.len(), decoded.len()), (36, 27));

    for form in [handle, decoded] {
        spoiled::sign_in(shop, &key, |draft| draft.user_handle = Some(form)).await.ok();
    }
    let theirs = handle_of(shop, &other).await;
    for wrong in [theirs, b"ada".to_vec(), vec![0; 36], vec![0; 64]] {
        let answer = spoiled::sign_in(shop, &key, |draft| draft.user_handle = Some(wrong)).await;
        refused_at(answer, "7.2.6", "the handle of somebody else");
    }
    let long = spoiled::sign_in(shop, &key, |draft| draft.user_handle = Some(vec![0; 65])).await;
    refused_at(long, "5.1", "a handle of 65 bytes");

    // Without a token the handle names the user; with one the token does.
    let token = shop.track("ada", "withdraw").await.token;
    for absent in [json!(""), Value::Null] {
        for (who, accepted) in [(Who::Tenant, false), (Who::Token(&token), true)] {
            let offer = shop.assertion_options(who).await;
            let mut said = key.get(&offer["options"], ORIGIN).unwrap().credential;
            said["response"]["userHandle"] = absent.clone();
            let answer = shop.send_assertion(who, &offer, &said).await;
            if accepted {
                answer.ok();
            } else {
                refused_at(answer, "7.2.6", "a sign-in that names nobody");
            }
        }
    }
}

async fn handle_of(shop: &TestTenant, key: &Authenticator) -> Vec<u8> {
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = key.get(&offer["options"], ORIGIN).expect("the authenticator signs");
    spoiled::bytes(&said.credential["response"]["userHandle"])
}

#[tokio::test]
async fn methods_do_not_mix() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let passkey = Authenticator::new();
    let roaming = Authenticator::security_key().uv(true).resident(true);
    let token = shop.track("ada", "sign-up").await.token;
    let token = shop.enrol_passkey(&token, &passkey).await.ok()["accessToken"].as_str().unwrap().to_owned();
    // The key keeps its credential even though nobody asked it to, so that it can offer itself for a passkey.
    let mut options = spoiled::security_key_creation(shop, &token).await;
    options["authenticatorSelection"]["residentKey"] = json!("required");
    let made = roaming.create(&options, ORIGIN).unwrap();
    spoiled::add_security_key(shop, &token, &made.credential).await.ok();

    let token = shop.track("ada", "withdraw").await.token;
    for who in [Who::Token(&token), Who::Tenant] {
        let offer = shop.assertion_options(who).await;
        let request = json!({ "challenge": offer["options"]["challenge"], "rpId": "shop.example" });
        let said = roaming.get(&request, ORIGIN).unwrap();
        shop.send_assertion(who, &offer, &said.credential).await.refused(400, "invalid_credential");
    }
    let options = spoiled::security_key_request(shop, &token).await;
    let request = json!({ "challenge": options["challenge"], "rpId": "shop.example" });
    let said = passkey.get(&request, ORIGIN).unwrap();
    spoiled::answer_security_key(shop, &token, &said.credential).await.refused(400, "invalid_credential");
    assert_eq!(shop.validate(&token).await["isValid"], false);
    shop.verify_security_key(&token, &roaming).await.ok();
}

#[tokio::test]
async fn a_method_that_is_off_answers_no_call() {
    for off in [Method::Passkey, Method::SecurityKey] {
        let app = TestApp::with(|settings| settings.disabled_methods = vec![off]).await;
        let shop = app.tenant();
        let token = shop.track("ada", "sign-up").await.token;
        let creation = json!({ "challenge": "AAAA", "rp": { "id": "shop.example" } });
        let request = json!({ "challenge": "AAAA", "rpId": "shop.example" });
        let key = Authenticator::new();
        let (made, said) = (key.create(&creation, ORIGIN).unwrap(), key.get(&request, ORIGIN).unwrap());
        let passkey = [
            ("/user-authenticators/passkey/registration-options", json!({})),
            ("/user-authenticators/passkey", json!({ "registrationCredential": made.credential })),
            ("/user-authenticators/passkey/authentication-options", json!({})),
            (
                "/verify/passkey",
                json!({ "challengeId": ChallengeId::random().to_string(), "authenticationCredential": said.credential }),
            ),
        ];
        let security_key = [
            ("/user-authenticators/security-key/registration-options", json!({})),
            ("/user-authenticators/security-key", made.credential),
            ("/user-authenticators/security-key/authentication-options", json!({})),
            ("/verify/security-key", said.credential),
        ];
        for (path, body) in if off == Method::Passkey { passkey } else { security_key } {
            let answer = shop.client(Who::Token(&token), http::Method::POST, path, body).await;
            answer.refused(400, "invalid_configuration");
        }
        assert_none(&factors(shop, "ada").await, "a method that is off");
    }
}
