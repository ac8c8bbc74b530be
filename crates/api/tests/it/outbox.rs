//! The outbox: each message once, none lost, nothing left of it (docs/adr/0019-outbox.md).

use std::time::Instant;

use countersign_domain::Error;
use countersign_domain::challenge::AnonymousChallenge;
use countersign_domain::clock::Span;
use countersign_domain::delivery::{Channel, Ending, Letter, Message, Outcome, Post, Recipient, Refusal, TextChannel};
use countersign_domain::id::{ChallengeId, UserId};
use countersign_domain::secret::Secret;
use countersign_testkit::app::TestApp;

const ADA: &str = "ada@example.com";
const CODE: &str = "271828";

fn code() -> Message {
    Message::EmailCode { code: Secret::new(CODE.to_owned()), minutes: 10 }
}

fn letter(app: &TestApp, challenge: Option<&ChallengeId>, message: Message) -> Letter {
    let to = Recipient { address: ADA.to_owned(), name: Some("Ada".to_owned()), locale: None };
    let expires_at = app.countersign.now().plus(Span::minutes(10));
    let post = Post { user: None, challenge: challenge.cloned(), to, message, expires_at };
    app.countersign.letter(&app.tenant().id, &post)
}

async fn posted(app: &TestApp, challenge: Option<&ChallengeId>) -> Letter {
    let letter = letter(app, challenge, code());
    app.countersign.post(&letter).await.expect("the outbox is writable");
    letter
}

async fn challenge(app: &TestApp) -> ChallengeId {
    let tenant = app.countersign.tenant(&app.tenant().id).await.expect("the tenant is there");
    let begun = app.countersign.begin_anonymous(&tenant, &AnonymousChallenge::default()).await;
    begun.expect("a challenge is begun")
}

#[tokio::test]
async fn a_message_is_sent_once_and_nothing_is_left_of_it() {
    let app = TestApp::new().await;
    let letter = posted(&app, None).await;
    assert_eq!(app.countersign.send_now(&letter).await, Outcome::Sent);
    let caught = app.inbox().newest(ADA).unwrap();
    assert_eq!((caught.code.as_deref(), caught.name.as_deref()), (Some(CODE), Some("Ada")));
    assert!(caught.id.starts_with(&format!("{}@", letter.id())), "{}", caught.id);

    assert_eq!(app.countersign.send_now(&letter).await, Outcome::Queued, "it is nobody's to send any more");
    app.advance(Span::minutes(5));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 1);
    assert_eq!(app.events().await[0], "message.sent");

    let stored = app.stored().await;
    for canary in [CODE, ADA] {
        assert!(!stored.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary} is stored");
    }
}

#[tokio::test]
async fn what_waits_is_sealed() {
    let app = TestApp::new().await;
    posted(&app, None).await;
    let stored = app.stored().await;
    for canary in [CODE, ADA, "Ada"] {
        assert!(!stored.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary} is stored");
    }
}

#[tokio::test]
async fn what_nobody_sent_is_sent_by_the_job() {
    let app = TestApp::new().await;
    posted(&app, None).await;
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 0, "the first seconds are the caller's");
    app.advance(Span::seconds(9));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 1);
}

#[tokio::test]
async fn many_senders_send_each_message_once() {
    let app = TestApp::new().await;
    for _ in 0..12 {
        posted(&app, None).await;
    }
    app.advance(Span::seconds(9));
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let countersign = app.countersign.clone();
            tokio::spawn(async move { countersign.send_due(Channel::Email).await.unwrap() })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    app.deliver().await;
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 12);
}

#[tokio::test]
async fn what_may_pass_is_told_and_tried_again() {
    let app = TestApp::new().await;
    let letter = posted(&app, None).await;
    app.inbox().refuse_next(Refusal::temporary("SMTP 451"));
    let refused = app.countersign.send_now(&letter).await;
    assert_eq!(refused, Outcome::Refused(Refusal::temporary("SMTP 451")));
    let told = refused.into_result().unwrap_err();
    assert!(matches!(&told, Error::DeliveryFailed(reason) if reason == "SMTP 451"));
    assert!(!told.to_string().contains("451"), "what the operator's servers say is not for users: {told}");
    assert_eq!(app.events().await[0], "message.deferred");
    app.advance(Span::seconds(3));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 1);
    assert_eq!(app.inbox().messages()[0].id.split('@').next(), Some(letter.id().as_str()), "every copy has one id");
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    let app = TestApp::new().await;
    let mut reports = app.countersign.delivery_reports();
    let letter = posted(&app, None).await;
    app.inbox().refuse_next(Refusal::permanent("SMTP 550"));
    assert!(matches!(app.countersign.send_now(&letter).await, Outcome::Refused(refusal) if refusal.is_permanent));
    let report = reports.recv().await.unwrap();
    assert_eq!(report.ending, Ending::Failed(Refusal::permanent("SMTP 550")));
    assert_eq!(report.to.as_deref(), Some("a***@example.com"));
    app.advance(Span::minutes(5));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 0);
    let stored = app.stored().await;
    assert!(!stored.windows(ADA.len()).any(|window| window == ADA.as_bytes()), "the trail holds the address");
}

#[tokio::test]
async fn an_attempt_that_the_database_fails_is_reported_and_counted() {
    let app = TestApp::new().await;
    let mut reports = app.countersign.delivery_reports();
    let letter = posted(&app, None).await;
    app.db.close().await;
    assert_eq!(app.countersign.send_now(&letter).await, Outcome::Queued);
    let report = reports.recv().await.unwrap();
    assert!(matches!(&report.ending, Ending::Unsettled(why) if !why.is_empty()), "{report:?}");
    assert_eq!((&report.id, report.channel, report.to), (letter.id(), Channel::Email, None));
    let unsettled = app.countersign.delivery_counts().find(|count| count.0 == Channel::Email && count.1 == "unsettled");
    assert_eq!(unsettled.map(|count| count.2), Some(1));
}

#[tokio::test]
async fn who_waits_for_a_provider_that_hangs_waits_five_seconds_and_the_attempt_goes_on() {
    let app = TestApp::new().await;
    let letter = posted(&app, None).await;
    app.inbox().hang_next();
    let begin = Instant::now();
    assert_eq!(app.countersign.send_now(&letter).await, Outcome::Queued);
    assert!(begin.elapsed().as_millis() >= 5_000);
    // The attempt has the message for half a minute; whoever had died with it would have lost it by then.
    app.advance(Span::seconds(31));
    app.countersign.send_due(Channel::Email).await.unwrap();
    assert!(app.inbox().wait_for(ADA, 1).await.is_some());
}

#[tokio::test]
async fn item_90_no_code_link_or_whole_address_in_the_trail_and_the_log() {
    let app = TestApp::new().await;
    let mut reports = app.countersign.delivery_reports();
    for refusal in [None, Some(Refusal::temporary("SMTP 451")), Some(Refusal::permanent("SMTP 550"))] {
        if let Some(refusal) = refusal {
            app.inbox().refuse_next(refusal);
        }
        let letter = posted(&app, None).await;
        app.countersign.send_now(&letter).await;
        let report = format!("{:?}", reports.recv().await.unwrap());
        assert!(report.contains("a***@example.com"), "{report}");
        let events = app.countersign.newest_events(&app.tenant().id, 50).await.unwrap();
        let shown = format!("{report}{events:?}{letter:?}");
        for canary in [CODE, ADA, "Ada\""] {
            assert!(!shown.contains(canary), "{canary}: {shown}");
        }
        assert_eq!(events[0].detail.as_ref().unwrap()["to"], "a***@example.com");
    }
}

#[tokio::test]
async fn attempts_end_with_the_message() {
    let app = TestApp::new().await;
    let letter = posted(&app, None).await;
    let mut attempts = 0;
    app.inbox().refuse_next(Refusal::temporary("connection refused"));
    app.countersign.send_now(&letter).await;
    for _ in 0..200 {
        app.advance(Span::seconds(5));
        app.inbox().refuse_next(Refusal::temporary("connection refused"));
        app.deliver().await;
        attempts = app.events().await.iter().filter(|kind| *kind == "message.deferred").count();
        if app.events().await[0] == "message.failed" {
            break;
        }
    }
    assert_eq!(app.events().await[0], "message.failed");
    assert!((5..=14).contains(&attempts), "{attempts}");
    assert_eq!(app.inbox().messages().len(), 0);
}

#[tokio::test]
async fn a_message_of_a_challenge_that_is_over_is_not_sent() {
    let app = TestApp::new().await;
    let challenge = challenge(&app).await;
    posted(&app, Some(&challenge)).await;
    app.advance(Span::minutes(11));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 0);
    assert_eq!(app.events().await[0], "message.abandoned");
}

#[tokio::test]
async fn a_newer_message_of_a_challenge_takes_the_place_of_the_older() {
    let app = TestApp::new().await;
    let challenge = challenge(&app).await;
    let older = posted(&app, Some(&challenge)).await;
    let newer = posted(&app, Some(&challenge)).await;
    assert_eq!(app.countersign.send_now(&older).await, Outcome::Queued);
    assert_eq!(app.countersign.send_now(&newer).await, Outcome::Sent);
    app.advance(Span::seconds(60));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 1);
}

#[tokio::test]
async fn nobody_writes_to_a_user_who_is_gone() {
    let app = TestApp::new().await;
    let to = Recipient { address: ADA.to_owned(), name: None, locale: None };
    let expires_at = app.countersign.now().plus(Span::minutes(10));
    let post = Post { user: Some(UserId::random()), challenge: None, to, message: code(), expires_at };
    let letter = app.countersign.letter(&app.tenant().id, &post);
    app.countersign.post(&letter).await.unwrap();
    assert_eq!(app.countersign.send_now(&letter).await, Outcome::Queued);
    assert_eq!(app.inbox().messages().len(), 0);
}

#[tokio::test]
async fn a_decoy_is_never_sent_and_leaves_no_event() {
    let app = TestApp::new().await;
    let decoy = letter(&app, None, code()).as_decoy();
    let before = app.events().await;
    app.countersign.post(&decoy).await.unwrap();
    app.countersign.send_soon(&decoy);
    app.countersign.sending_idle().await;
    app.advance(Span::minutes(5));
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 0);
    assert_eq!(app.events().await, before);
}

#[tokio::test]
async fn codes_to_phones_take_their_own_way() {
    let app = TestApp::new().await;
    for (channel, expected) in [(TextChannel::Sms, Channel::Sms), (TextChannel::Whatsapp, Channel::Whatsapp)] {
        let message = Message::SmsCode { code: Secret::new(CODE.to_owned()), minutes: 10, channel };
        let letter = letter(&app, None, message);
        app.countersign.post(&letter).await.unwrap();
        app.countersign.send_soon(&letter);
        app.countersign.sending_idle().await;
        let caught = &app.inbox().messages()[0];
        assert_eq!((caught.channel, caught.code.as_deref()), (expected, Some(CODE)));
        assert!(caught.text.contains(CODE));
    }
}
