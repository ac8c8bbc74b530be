//! A mail server that speaks TLS from the first byte, with and without a certificate that the system knows.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use countersign_testkit::app::Engine;
use countersign_testkit::smtp::{MailServer, MailServerOptions};
use mail_parser::MessageParser;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::house::{CODE, House};

/// TLS with a certificate for localhost that nobody vouches for, left in the folder as `cert.pem`.
pub(super) fn certified(folder: &Path) -> Arc<ServerConfig> {
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext \
                 subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE -out cert.pem -keyout key.pem";
    let made = Command::new("openssl").args(words.split_whitespace()).current_dir(folder).output();
    assert!(made.expect("openssl is installed (apt-get install openssl)").status.success());
    let certificate = CertificateDer::from_pem_file(folder.join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let versions = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = versions.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate], key).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_by_tls_to_a_server_that_is_vouched_for_and_to_no_other() {
    let house = House::new(Engine::Sqlite, &[]).await;
    let folder = house.deployment.path("");
    let tls = certified(&folder);
    let server = MailServer::with(MailServerOptions {
        tls: Some(tls),
        tls_at_once: true,
        credentials: Some(("ada".to_owned(), "hush".to_owned())),
    })
    .await;
    let url = format!("smtps://ada:hush@localhost:{}", server.address.port());
    let House { deployment, .. } = house;
    let house = House::with(deployment.with("COUNTERSIGN_EMAIL__SMTP_URL", &url)).await;

    let stranger = house.deployment.start();
    house.post(None, 1).await;
    stranger.wait_for("Could not send emailCode by email to a***@example.com: ");
    assert_eq!(server.received().len(), 0);
    let (_, log) = stranger.stop();
    assert!(!log.join("\n").contains("hush"));

    let roots = house.deployment.path("cert.pem");
    let House { deployment, .. } = house;
    let house = House::with(deployment.with("SSL_CERT_FILE", roots.to_str().unwrap())).await;
    house.lapse().await;
    let _node = house.deployment.start();
    let received = server.wait_for(1).await;
    assert!(received[0].through_tls);
    let message = MessageParser::default().parse(&received[0].raw).unwrap();
    assert!(message.body_text(0).unwrap().contains(CODE) && message.body_html(0).unwrap().contains(CODE));
    assert_eq!(message.to().unwrap().first().unwrap().name(), Some("أدا Lovelace"));
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Test shop"), "the tenant's name");
}
