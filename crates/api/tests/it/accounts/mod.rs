//! Users who sign up and in by themselves (docs/reference/nhost.md).

mod ceremonies;
mod checklist_42_56;
mod checklist_70_82;
mod doors;
mod email;
mod journey;
mod keys;
mod options;
mod races;
mod step_up;

use countersign_testkit::app::TestApp;
use serde_json::Value;

/// A server whose accounts need no verified address.
async fn unverified() -> TestApp {
    TestApp::with(|settings| settings.accounts.verify_email = false).await
}

/// The access token of a session.
fn access(session: &Value) -> &str {
    session["accessToken"].as_str().unwrap_or_default()
}
