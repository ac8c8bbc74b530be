//! Encryption to the server, and whom it is believed.

use std::path::Path;
use std::process::Command;

use countersign_db::{Db, Error, Options, statements};

use crate::server::is_there;
use crate::support::Folder;
use countersign_testkit::postgres::{Cluster, programs, run};

statements! {
    ENCRYPTED = "SELECT CAST(count(*) AS bigint) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()";
}

/// Makes `ca.pem`, and `server.pem` with `server.key` for the name `localhost`.
fn make_certificates(folder: &Path) {
    let openssl = |line: &str| run(Command::new("openssl").args(line.split(' ')).current_dir(folder));
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=test-root"));
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem -extfile names");
}

#[tokio::test]
async fn a_certificate_is_verified_wherever_tls_is_used() {
    // The certificates come from a program that the server's package brings along.
    if !is_there("a_certificate_is_verified_wherever_tls_is_used") || programs().is_none() {
        return;
    }
    let folder = Folder::new();
    make_certificates(folder.path());
    let cluster = Cluster::new(&folder.path().join("server"));
    for name in ["server.pem", "server.key"] {
        let file = folder.path().join("server").join(name);
        std::fs::copy(folder.path().join(name), &file).unwrap();
        cluster.give(&file);
    }
    cluster.start_with("-c ssl=on -c ssl_cert_file=../server.pem -c ssl_key_file=../server.key");
    let ours = cluster.url().replace("127.0.0.1", "localhost");
    let root = format!("sslrootcert={}/ca.pem", folder.path().display());
    for (url, encrypted) in [
        (format!("{ours}postgres?sslmode=require&{root}"), 1_i64),
        (format!("{ours}postgres?sslmode=verify-full&{root}"), 1),
        (format!("{ours}postgres?sslmode=prefer&{root}"), 1),
        (format!("{ours}postgres?{root}"), 1),
        (format!("{ours}postgres?sslmode=disable"), 0),
        // To this machine nothing is encrypted unless it is asked for.
        (format!("{ours}postgres"), 0),
    ] {
        let db = Db::open(&url, Options::default()).await.unwrap();
        assert_eq!(db.one(&ENCRYPTED, &[]).await.unwrap().get(0), Ok(encrypted), "{url}");
        db.close().await;
    }
    for (url, why) in [
        (format!("{ours}postgres?sslmode=require"), "UnknownIssuer"),
        (format!("{ours}postgres?sslmode=prefer"), "UnknownIssuer"),
        (format!("{}postgres?sslmode=require&{root}", cluster.url()), "not valid for name"),
    ] {
        match Db::open(&url, Options::default()).await {
            Err(Error::Unavailable(text)) => assert!(text.contains(why), "{url}: {text}"),
            other => panic!("{url}: {other:?}"),
        }
    }
    cluster.crash();
}
