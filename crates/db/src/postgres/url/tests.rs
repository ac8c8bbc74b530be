use super::*;

fn parse(url: &str) -> Config {
    Server::parse(url, &Options::default()).unwrap().config
}

#[test]
fn a_connection_to_this_machine_needs_no_tls_and_one_to_another_prefers_it() {
    for (url, mode) in [
        ("postgres://u:p@127.0.0.1:5432/db", SslMode::Disable),
        ("postgres://u@localhost/db", SslMode::Disable),
        ("postgres://u@[::1]/db", SslMode::Disable),
        ("postgresql:///db?host=/run/postgresql", SslMode::Disable),
        ("postgres://u@db.example/db", SslMode::Prefer),
        ("postgres://u@localhost,db.example/db", SslMode::Prefer),
        ("postgres://u@localhost/db?sslmode=prefer", SslMode::Prefer),
        ("postgres://u@db.example/db?sslmode=disable", SslMode::Disable),
        ("postgres://u@db.example/db?sslmode=require", SslMode::Require),
        ("postgres://u@db.example/db?sslmode=verify-full&application_name=x", SslMode::Require),
    ] {
        assert_eq!(parse(url).get_ssl_mode(), mode, "{url}");
    }
}

#[test]
fn of_several_hosts_the_one_that_writes_is_sought() {
    let config = parse("postgres://u:p@one:5432,two:5433/db");
    assert_eq!(config.get_hosts().len(), 2);
    assert_eq!(config.get_ports(), [5432, 5433]);
    assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    let alone = parse("postgres://u:p@one/db");
    assert_eq!(alone.get_target_session_attrs(), TargetSessionAttrs::Any);
}

#[test]
fn limits_are_set_and_the_url_has_the_last_word() {
    let config = parse("postgres://u@one/db?options=-c%20statement_timeout%3D3000&connect_timeout=2");
    assert_eq!(
        config.get_options(),
        Some(
            "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 \
             -c statement_timeout=3000"
        )
    );
    assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(2)));
    assert_eq!(parse("postgres://u@one/db").get_connect_timeout(), Some(&CONNECT));
}

#[test]
fn urls_that_cannot_be_used_say_why_and_hold_no_password() {
    for (url, why) in [
        ("postgres://u:hunter2@one/db?sslmode=sometimes", "sslmode"),
        ("postgres://u:hunter2@one/db?colour=blue", "colour"),
        ("postgres://u:hunter2@one:port/db", "port"),
        ("postgres:///db?user=u&password=hunter2", "names a host"),
        ("postgres://u:hunter2@one/db?target_session_attrs=read-only", "only reads"),
        ("postgres://u:hunter2@one/db?sslrootcert=/nowhere/root.pem", "/nowhere/root.pem"),
        ("postgres://u:hunter2@one/db?sslrootcert=%ff", "UTF-8"),
        ("postgres://u:hunter2@one/db?sslrootcert=/dev/null", "no certificate"),
    ] {
        match Server::parse(url, &Options::default()).map(|server| server.config) {
            Err(Error::Unsupported(text)) => {
                assert!(text.contains(why), "{url}: {text}");
                assert!(!text.contains("hunter2"), "{text}");
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}
