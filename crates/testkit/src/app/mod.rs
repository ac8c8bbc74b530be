//! The running application under test: the real doors on a real database, over HTTP, with a clock that can be moved.
//!
//! ```no_run
//! # use countersign_testkit::app::TestApp;
//! # use countersign_testkit::forger::Authenticator;
//! # async fn story() {
//! let app = TestApp::new().await;
//! let shop = app.tenant();
//! let key = Authenticator::new();
//! let token = shop.track("ada", "sign-up").await.token;
//! shop.enrol_passkey(&token, &key).await.ok();
//! shop.sign_in(&key).await.ok();
//! # }
//! ```

#![expect(clippy::expect_used, reason = "what a test stands on either holds or fails the test")]

mod answer;
mod authenticator_app;
mod backend;
mod ceremony;
mod codes;
mod links;
mod nhost;
mod rotation;
mod store;
mod tenant;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use axum::Router;
use countersign_api::{AddressLimits, Api};
use countersign_db::Db;
use countersign_domain::clock::{Clock, Span};
use countersign_domain::delivery::{Channel, Inbox, Mailbox};
use countersign_domain::migrations::MIGRATIONS;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret;
use countersign_domain::tenant::{NewTenant, Origin, RpId, Settings};
use countersign_domain::{Countersign, Options, Retention};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) use store::Store;

pub use answer::Answer;
pub use authenticator_app::AuthenticatorApp;
pub use links::LinkPage;
pub use store::Engine;
pub use tenant::{TestTenant, Tracked, Who};

/// Where the tenant's own pages are served from.
pub const ORIGIN: &str = "https://shop.example";
/// The tenant's relying party ID.
pub const RP_ID: &str = "shop.example";

/// A server on a free port with a database of its own in a temporary folder, both gone with it.
pub struct TestApp {
    /// The product behind the doors.
    pub countersign: Countersign,
    /// The storage below it, to look at what is kept.
    pub db: Db,
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// Holds database and key ring.
    pub folder: PathBuf,
    tenant: TestTenant,
    inbox: Inbox,
    limits: AddressLimits,
    options: Options,
    serving: JoinHandle<()>,
    store: Store,
}

impl TestApp {
    /// With settings as they are by default.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With changed tenant settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::with_limits(no_limits(), change).await
    }

    /// With history that is kept for another time than by default.
    pub async fn keeping(retention: Retention) -> Self {
        Self::made(no_limits(), retention, |_| {}).await
    }

    /// With changed limits per address and tenant settings. Other constructors make limits that no test runs into.
    pub async fn with_limits(limits: AddressLimits, change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(limits, Retention::default(), change).await
    }

    async fn made(limits: AddressLimits, retention: Retention, change: impl FnOnce(&mut Settings)) -> Self {
        let folder =
            std::env::temp_dir().join(format!("countersign-test-{}", secret::base64url(&secret::random::<12>())));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let (store, database) = Store::migrated(Engine::named(), &folder).await;
        let db = Db::open(&database, countersign_db::Options::default()).await.expect("a database opens");
        let clock = Clock::default();
        db.migrate(MIGRATIONS, clock.now().0).await.expect("migrations apply");
        let ring = KeyRing::for_database(&db, &folder.join("keys.json"), clock.now()).await.expect("a ring is made");
        let inbox = Inbox::new(clock.clone());
        let from = Mailbox { name: None, address: "no-reply@shop.example".to_owned() };
        let options =
            Options { public_url: "https://auth.shop.example".to_owned(), carriers: inbox.carriers(from), retention };
        let countersign = Countersign::new(db.clone(), ring, clock, &options).expect("the options are good");
        let (url, serving) = serve(&countersign, limits).await;
        let tenant = make_tenant(&countersign, &url, RP_ID, ORIGIN, change).await;
        Self { countersign, db, url, folder, tenant, inbox, limits, options, serving, store }
    }

    /// The default tenant: RP ID `shop.example`, origin `https://shop.example`.
    pub fn tenant(&self) -> &TestTenant {
        &self.tenant
    }

    /// A further tenant of the same server with an RP ID and origin of its own.
    pub async fn another_tenant(&self, rp_id: &str) -> TestTenant {
        make_tenant(&self.countersign, &self.url, rp_id, &format!("https://{rp_id}"), |_| {}).await
    }

    /// Changes name or settings of the default tenant.
    pub async fn change(&self, change: impl Fn(&mut String, &mut Settings) + Send + Sync + 'static) {
        let change = move |name: &mut String, settings: &mut Settings| {
            change(name, settings);
            Ok(())
        };
        self.countersign.change_tenant(&self.tenant.id, false, change).await.expect("the change is good");
    }

    /// E-mails and messages to phones, caught on their way out. [`Inbox::wait_for`] waits for one that is sent after the answer.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Does what the server's job does: tries what is due, and waits until nothing is being sent.
    pub async fn deliver(&self) {
        for channel in Channel::ALL {
            self.countersign.send_due(channel).await.expect("the outbox is readable");
        }
        self.countersign.sending_idle().await;
    }

    /// All that is stored, files and database, to be searched for what must not be in it. Closes the database.
    pub async fn stored(&self) -> Vec<u8> {
        self.db.close().await;
        self.store.bytes(&self.folder)
    }

    /// Moves the clock.
    pub fn advance(&self, span: Span) {
        self.countersign.clock().advance(span);
    }

    /// Moves the clock to the first second of the next day (UTC), where every window of a limit begins.
    pub fn advance_to_midnight(&self) {
        let day = Span::days(1).0;
        self.advance(Span(day - self.countersign.now().0.rem_euclid(day)));
    }

    /// The kinds of the newest events of the default tenant, newest first.
    pub async fn events(&self) -> Vec<String> {
        let events = self.countersign.newest_events(&self.tenant.id, 50).await.expect("events are readable");
        events.into_iter().map(|event| event.kind).collect()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn no_limits() -> AddressLimits {
    let per_second = NonZeroU32::new(100_000).expect("not zero");
    AddressLimits { requests_per_second: per_second, strangers_per_second: per_second }
}

/// Serves it on a free port, at the URL.
async fn serve(countersign: &Countersign, limits: AddressLimits) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let service = Api::new(countersign.clone(), limits).router(Router::new());
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    (url, tokio::spawn(async move { axum::serve(listener, service).await.expect("the server serves") }))
}

async fn make_tenant(
    countersign: &Countersign,
    url: &str,
    rp_id: &str,
    origin: &str,
    change: impl FnOnce(&mut Settings),
) -> TestTenant {
    let origins = vec![Origin::parse(origin).expect("a good origin")];
    let mut settings = Settings { origins, ..Settings::default() };
    change(&mut settings);
    let new = NewTenant { name: "Test shop".to_owned(), rp_id: RpId::parse(rp_id).expect("a good RP ID"), settings };
    let made = countersign.create_tenant(new).await.expect("a tenant is made");
    let keys = [made.api_secret_key.expose(), made.management_key.expose()];
    TestTenant::new(url, made.tenant_id, made.client_id.as_str(), keys, origin)
}
