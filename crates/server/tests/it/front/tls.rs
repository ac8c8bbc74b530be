//! TLS of its own, with certificates made by the system's `openssl`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::{Certificate, Client, Version};

use super::LONG;
use crate::program::{Program, Server};

/// A program whose certificate is `cert.pem` and whose key is `key.pem`.
fn with_tls(program: Program) -> Program {
    let program = program.with("COUNTERSIGN_SERVER__TLS__CERT_FILE", "cert.pem");
    program.with("COUNTERSIGN_SERVER__TLS__KEY_FILE", "key.pem")
}

/// Writes a certificate for localhost that signs itself, and its key.
fn make_certificate(folder: &Path, cert: &str, key: &str) {
    let mut openssl = Command::new("openssl");
    openssl.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split(' '));
    openssl.args([
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]);
    let made = openssl.args(["-out", cert, "-keyout", key]).current_dir(folder).output();
    let made = made.expect("openssl is installed (apt-get install openssl)");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A client that trusts what the folder's `cert` holds, and opens a connection for each request.
fn client(program: &Program, cert: &str) -> reqwest::ClientBuilder {
    let certificate = Certificate::from_pem(&std::fs::read(program.path(cert)).unwrap()).unwrap();
    Client::builder().tls_certs_only([certificate]).pool_max_idle_per_host(0)
}

async fn ready(client: Client, server: &Server) -> Result<Version, reqwest::Error> {
    let answer = client.get(format!("{}/readyz", server.url)).send().await?;
    assert_eq!(answer.status(), 200);
    Ok(answer.version())
}

#[tokio::test]
async fn it_speaks_http_1_and_2_over_tls_1_2_and_1_3() {
    let program = with_tls(Program::new());
    make_certificate(&program.path(""), "cert.pem", "key.pem");
    let server = program.serve(&[]);
    assert!(server.url.starts_with("https://localhost:"), "the default public_url follows: {}", server.url);
    for version in [reqwest::tls::Version::TLS_1_2, reqwest::tls::Version::TLS_1_3] {
        let with = || client(&program, "cert.pem").tls_version_min(version).tls_version_max(version);
        assert_eq!(ready(with().build().unwrap(), &server).await.unwrap(), Version::HTTP_2);
        assert_eq!(ready(with().http1_only().build().unwrap(), &server).await.unwrap(), Version::HTTP_11);
    }
    let answer = client(&program, "cert.pem").build().unwrap().get(format!("{}/nowhere", server.url)).send().await;
    assert!(answer.unwrap().headers()["strict-transport-security"].to_str().unwrap().contains("max-age=31536000"));
}

#[test]
fn who_speaks_no_tls_gets_nothing() {
    let program = with_tls(Program::new()).with("COUNTERSIGN_SERVER__HEADER_SECONDS", "1");
    make_certificate(&program.path(""), "cert.pem", "key.pem");
    let server = program.serve(&[]);
    for said in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}"] {
        let mut stream = TcpStream::connect(server.url.replace("https://localhost", "127.0.0.1")).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.write_all(said.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "{said}");
    }
}

/// A renewed certificate is taken without a restart; one that is broken is not.
#[tokio::test]
async fn a_new_certificate_is_read_on_sighup() {
    let program = with_tls(Program::new());
    let folder = program.path("");
    make_certificate(&folder, "cert.pem", "key.pem");
    std::fs::copy(program.path("cert.pem"), program.path("first.pem")).unwrap();
    let mut server = program.serve(&[]);

    make_certificate(&folder, "other.pem", "other.key");
    std::fs::copy(program.path("other.pem"), program.path("cert.pem")).unwrap();
    server.signal("HUP");
    let line = server.said("old one stays");
    assert!(line.contains("ERROR") && line.contains("do not go together"), "{line}");
    ready(client(&program, "first.pem").build().unwrap(), &server).await.unwrap();

    std::fs::copy(program.path("other.key"), program.path("key.pem")).unwrap();
    server.signal("HUP");
    server.said("Read the certificate again");
    ready(client(&program, "other.pem").build().unwrap(), &server).await.unwrap();
    assert!(ready(client(&program, "first.pem").build().unwrap(), &server).await.is_err());
}

/// Nobody has to send a signal.
#[tokio::test]
async fn a_new_certificate_is_found_by_itself() {
    let program = with_tls(Program::new());
    make_certificate(&program.path(""), "cert.pem", "key.pem");
    let mut server = program.serve(&[]);
    tokio::time::sleep(Duration::from_millis(20)).await;
    make_certificate(&program.path(""), "cert.pem", "key.pem");
    server.said("Read the certificate again");
    ready(client(&program, "cert.pem").build().unwrap(), &server).await.unwrap();
}

#[test]
fn what_cannot_be_tls_is_refused_at_the_start() {
    let program = Program::new();
    let folder = program.path("");
    make_certificate(&folder, "cert.pem", "key.pem");
    make_certificate(&folder, "other.pem", "other.key");
    program.write("empty.pem", "");
    program.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for (cert, key, words) in [
        (Some("cert.pem"), None, ["server.tls.key_file is not", "both"]),
        (None, Some("key.pem"), ["server.tls.cert_file is not", "both"]),
        (Some("missing.pem"), Some("key.pem"), ["missing.pem", "server.tls.cert_file"]),
        (Some("cert.pem"), Some("missing.key"), ["missing.key", "server.tls.key_file"]),
        (Some("cert.pem"), Some("other.key"), ["do not go together", "other.key"]),
        (Some("empty.pem"), Some("key.pem"), ["no certificate", "empty.pem"]),
        (Some("broken.pem"), Some("key.pem"), ["broken.pem", "cannot be used"]),
        (Some("key.pem"), Some("key.pem"), ["no certificate", "key.pem"]),
        (Some("cert.pem"), Some("cert.pem"), ["no private key", "cert.pem"]),
    ] {
        let mut program = Program::new();
        for (name, file) in [("CERT", cert), ("KEY", key)] {
            if let Some(file) = file {
                let file = folder.join(file).display().to_string();
                program = program.with(&format!("COUNTERSIGN_SERVER__TLS__{name}_FILE"), file);
            }
        }
        let error = program.run(&["serve"]).refused();
        assert!(words.iter().all(|word| error.contains(word)), "{cert:?} {key:?}: {error}");
        assert!(!error.contains("BEGIN"), "{error}");
        assert!(!program.path("data").exists(), "{cert:?} {key:?} left files behind");
    }
    let program = with_tls(Program::new());
    let error = program.run(&["serve", "--dev"]).refused();
    assert!(error.contains("--dev") && error.contains("server.tls"), "{error}");
}
