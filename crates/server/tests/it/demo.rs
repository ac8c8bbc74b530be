//! The demonstration shop's backend, against a customer who sends what its page never would.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use countersign_testkit::forger::Authenticator;
use serde_json::{Value, json};

use crate::program::{Program, Server};

/// A POST from the shop's page.
async fn post(server: &Server, authorization: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("{}{path}", server.url)).header("origin", &server.url);
    let answer = request.header("authorization", authorization).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn ok(server: &Server, authorization: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = post(server, authorization, path, body).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// The token with which a new customer makes a passkey.
async fn begin_sign_up(server: &Server, email: &str) -> String {
    let answer = ok(server, "", "/demo/api/sign-up", &json!({ "email": email, "name": "Customer" })).await;
    answer["result"]["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_customers_passkey_does_not_open_an_account_for_another() {
    let server = Program::new().serve(&["--dev"]);
    let client = "/v1/client/user-authenticators/passkey";
    let passkey = Authenticator::new();
    let bearer = format!("Bearer {}", begin_sign_up(&server, "eve@example.com").await);
    let offer = ok(&server, &bearer, &format!("{client}/registration-options"), &json!({})).await;
    let made = passkey.create(&offer["options"], &server.url).unwrap().credential;
    let added = ok(&server, &bearer, client, &json!({ "registrationCredential": made })).await;
    ok(&server, "", "/demo/api/sign-up/finish", &json!({ "token": added["accessToken"] })).await;

    // A second sign-up, whose key is then named in a sign-in with the passkey of the first.
    let token = begin_sign_up(&server, "ada@example.com").await;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let (_, shop) = server.get("/demo/api/shop").await;
    let tenant = format!("Basic {}", BASE64_STANDARD.encode(shop["result"]["tenantId"].as_str().unwrap()));
    let wanted = json!({ "action": "sign-up", "idempotencyKey": claims["other"]["idempotencyKey"] });
    let begun = ok(&server, &tenant, "/v1/client/challenge", &wanted).await;
    let offer = ok(&server, &tenant, &format!("{client}/authentication-options"), &begun).await;
    let said = passkey.get(&offer["options"], &server.url).unwrap().credential;
    let answer = json!({ "challengeId": begun["challengeId"], "authenticationCredential": said });
    let proved = ok(&server, &tenant, "/v1/client/verify/passkey", &answer).await;

    let finish = json!({ "token": proved["accessToken"] });
    let (status, answer) = post(&server, "", "/demo/api/sign-up/finish", &finish).await;
    assert_eq!((status, &answer["error"]), (403, &json!("not_verified")), "{answer}");
    begin_sign_up(&server, "ada@example.com").await;
}
