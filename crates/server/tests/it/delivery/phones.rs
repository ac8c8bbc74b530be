//! Text messages and WhatsApp, by a webhook and by Twilio's API, as their receivers see them.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use countersign_domain::delivery::TextChannel;
use countersign_testkit::app::Engine;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;

use super::house::{CODE, House};

/// One call that came.
pub(super) struct Call {
    path: String,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn form(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(&self.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// Takes calls and answers each with the next of some statuses, then with 200; where the status is 0 it never answers.
#[derive(Clone, Default)]
pub(super) struct Gateway {
    calls: Arc<Mutex<Vec<Call>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Gateway {
    pub(super) async fn start(statuses: &[u16]) -> (Self, String) {
        let gateway = Self { statuses: Arc::new(Mutex::new(statuses.to_vec())), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Router::new().fallback(take).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        (gateway, url)
    }

    /// Answers the next calls so, and forgets those that came.
    pub(super) fn begin_anew(&self, statuses: &[u16]) {
        *self.statuses.lock().unwrap() = statuses.to_vec();
        self.calls().clear();
    }

    /// Waits until so many calls have come, a minute at most.
    pub(super) async fn wait_for(&self, count: usize) {
        let begin = std::time::Instant::now();
        while self.calls().len() < count {
            assert!(begin.elapsed().as_secs() < 60, "{} of {count} calls came", self.calls().len());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub(super) fn calls(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap()
    }
}

async fn take(State(gateway): State<Gateway>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    gateway.calls().push(Call { path: uri.path().to_owned(), headers, body });
    let status = {
        let mut statuses = gateway.statuses.lock().unwrap();
        if statuses.is_empty() { 200 } else { statuses.remove(0) }
    };
    if status == 0 {
        std::future::pending::<()>().await;
    }
    // Words that quote the number, as Twilio's do.
    let told = serde_json::json!({ "code": 21_211, "message": "The 'To' number +64210000789 is not valid." });
    (StatusCode::from_u16(status).unwrap(), told.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_gets_what_it_needs_and_a_signature() {
    let (gateway, url) = Gateway::start(&[500, 429]).await;
    let hook = format!("{url}/hook");
    let variables = [("COUNTERSIGN_SMS__WEBHOOK_URL", &*hook), ("COUNTERSIGN_SMS__WEBHOOK_SECRET", "hush")];
    let house = House::new(Engine::Sqlite, &variables).await;
    let node = house.deployment.start();
    let id = house.post(Some(TextChannel::Sms), 1).await.remove(0);
    house.wait_for(1).await;
    house.post(Some(TextChannel::Whatsapp), 1).await;
    assert_eq!(house.wait_for(2).await, ["sent", "sent"]);

    let calls = gateway.calls();
    assert_eq!(calls.len(), 4, "two refusals passed");
    let sms: Vec<&Call> = calls.iter().take(3).collect();
    assert!(sms.iter().all(|call| call.path == "/hook" && call.header("idempotency-key").starts_with(id.as_str())));
    let body: Value = serde_json::from_slice(&sms[2].body).unwrap();
    assert_eq!((&body["to"], &body["code"], &body["channel"]), (&"+64210000789".into(), &CODE.into(), &"SMS".into()));
    assert!(body["body"].as_str().unwrap().ends_with("\n\n@shop.example #271828"), "{body}");
    assert_eq!(body.as_object().unwrap().len(), 4);
    let whatsapp: Value = serde_json::from_slice(&calls[3].body).unwrap();
    assert_eq!(whatsapp["channel"], "WHATSAPP");

    for call in calls.iter() {
        let signature = call.header("x-signature-v2");
        let (at, given) = signature.strip_prefix("t=").unwrap().split_once(",v2=").unwrap();
        let mut signed = format!("{at}.").into_bytes();
        signed.extend_from_slice(&call.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"hush");
        hmac::verify(&key, &signed, &BASE64_STANDARD_NO_PAD.decode(given).unwrap()).unwrap();
    }
    let log = node.log().join("\n");
    assert!(log.contains("the SMS webhook: HTTP 500") && !log.contains(CODE) && !log.contains("0000789"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gateway_refuses_for_good_is_not_tried_again() {
    let (gateway, url) = Gateway::start(&[400]).await;
    let house = House::new(Engine::Sqlite, &[("COUNTERSIGN_SMS__WEBHOOK_URL", &url)]).await;
    let node = house.deployment.start();
    house.post(Some(TextChannel::Sms), 1).await;
    assert_eq!(house.wait_for(1).await, ["failed"]);
    assert_eq!(gateway.calls().len(), 1);
    assert_eq!(gateway.calls()[0].header("x-signature-v2"), "", "there is no secret to sign with");
    node.wait_for("Did not send smsCode by sms to +64******789: the SMS webhook: HTTP 400");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twilio_gets_its_form_with_account_and_sender() {
    let (gateway, url) = Gateway::start(&[]).await;
    let variables = [
        ("COUNTERSIGN_SMS__TWILIO__ACCOUNT_SID", "AC0123"),
        ("COUNTERSIGN_SMS__TWILIO__AUTH_TOKEN", "hush"),
        ("COUNTERSIGN_SMS__TWILIO__FROM", "MG4567"),
        ("COUNTERSIGN_SMS__TWILIO__WHATSAPP_FROM", "+15550100"),
        ("COUNTERSIGN_SMS__TWILIO__WHATSAPP_CONTENT_SID", "HX89"),
        ("COUNTERSIGN_SMS__TWILIO__BASE_URL", &url),
    ];
    let house = House::new(Engine::Sqlite, &variables).await;
    let _node = house.deployment.start();
    house.post(Some(TextChannel::Sms), 1).await;
    house.wait_for(1).await;
    house.post(Some(TextChannel::Whatsapp), 1).await;
    assert_eq!(house.wait_for(2).await, ["sent", "sent"]);
    let calls = gateway.calls();
    for call in calls.iter() {
        assert_eq!(call.path, "/2010-04-01/Accounts/AC0123/Messages.json");
        assert_eq!(call.header("authorization"), format!("Basic {}", BASE64_STANDARD.encode("AC0123:hush")));
        assert_eq!(call.header("content-type"), "application/x-www-form-urlencoded");
    }
    let sms = |name| calls[0].form(name);
    assert_eq!(sms("To").as_deref(), Some("+64210000789"));
    assert_eq!((sms("MessagingServiceSid").as_deref(), sms("From")), (Some("MG4567"), None));
    assert!(sms("Body").unwrap().contains(CODE));
    let whatsapp = |name| calls[1].form(name);
    assert_eq!(whatsapp("To").as_deref(), Some("whatsapp:+64210000789"));
    assert_eq!(whatsapp("From").as_deref(), Some("whatsapp:+15550100"));
    assert_eq!(whatsapp("ContentSid").as_deref(), Some("HX89"));
    assert_eq!(whatsapp("ContentVariables").as_deref(), Some("{\"1\":\"271828\"}"));
    assert_eq!(whatsapp("Body"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_twilio_refuses_is_told_by_its_number() {
    let (_gateway, url) = Gateway::start(&[400]).await;
    let variables = [
        ("COUNTERSIGN_SMS__TWILIO__ACCOUNT_SID", "AC0123"),
        ("COUNTERSIGN_SMS__TWILIO__AUTH_TOKEN", "hush"),
        ("COUNTERSIGN_SMS__TWILIO__FROM", "+15550100"),
        ("COUNTERSIGN_SMS__TWILIO__BASE_URL", &url),
    ];
    let house = House::new(Engine::Sqlite, &variables).await;
    let node = house.deployment.start();
    house.post(Some(TextChannel::Sms), 1).await;
    assert_eq!(house.wait_for(1).await, ["failed"]);
    node.wait_for("Twilio: HTTP 400, error 21211");
    assert!(!node.log().join("\n").contains("0000789"));
}
