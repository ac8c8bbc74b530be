//! Configuration: file, variables, defaults, and what is said when they are wrong.

use std::net::TcpListener;

use crate::program::Program;

#[test]
fn without_file_and_variables_it_listens_on_loopback_with_files_under_data() {
    let config = Program::new().without_variables().json(&["config"]);
    assert_eq!(config["server"]["listen"], "127.0.0.1:8080");
    assert_eq!(config["server"]["public_url"], "http://localhost:8080");
    assert_eq!(config["database"]["url"], "sqlite://data/countersign.db");
    assert_eq!(config["secrets"]["keys_file"], "data/keys.json");
}

#[test]
fn a_file_changes_the_defaults_and_a_variable_the_file() {
    let program = Program::new().without_variables();
    program.write("countersign.toml", "[server]\nlisten = \"127.0.0.1:9000\"\n[log]\nlevel = \"warn\"\n");
    program.write("other.toml", "[server]\nlisten = \"127.0.0.1:9001\"\n");
    assert_eq!(program.json(&["config"])["server"]["public_url"], "http://localhost:9000");
    assert_eq!(program.json(&["config", "--config", "other.toml"])["server"]["listen"], "127.0.0.1:9001");

    let program = program
        .with("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:9002")
        .with("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "5")
        .with("COUNTERSIGN_LOG__FORMAT", "json");
    let config = program.json(&["config"]);
    assert_eq!((&config["server"]["listen"], &config["log"]["level"]), (&"127.0.0.1:9002".into(), &"warn".into()));
    assert_eq!((&config["server"]["requests_per_second"], &config["log"]["format"]), (&5.into(), &"json".into()));
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let program = Program::new().without_variables();
    program.write("countersign.toml", "[server]\nlistne = \"127.0.0.1:9000\"\n");
    let error = program.run(&["config"]).refused();
    assert!(error.contains("countersign.toml") && error.contains("listne"), "{error}");

    for (name, word) in [("COUNTERSIGN_SERVER__LISTNE", "listne"), ("COUNTERSIGN_SEVER__LISTEN", "sever")] {
        let error = Program::new().with(name, "127.0.0.1:9000").run(&["config"]).refused();
        assert!(error.contains(word), "{name}: {error}");
    }
}

#[test]
fn a_value_that_cannot_be_is_an_error_that_names_its_key() {
    for (name, value, words) in [
        ("COUNTERSIGN_SERVER__LISTEN", "nowhere", ["server.listen", "socket address"]),
        ("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.example.com/path", ["server.public_url", "https://auth"]),
        ("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "0", ["server.requests_per_second", "nonzero"]),
        ("COUNTERSIGN_SERVER__STRANGERS_PER_SECOND", "many", ["server.strangers_per_second", "many"]),
        ("COUNTERSIGN_RETENTION__ACTIONS", "90", ["retention.actions", "90 is no length of time"]),
        ("COUNTERSIGN_RETENTION__AUDIT", "300y", ["retention.audit", "forever"]),
        ("COUNTERSIGN_RETENTION__AUDIT", "89d", ["retention.audit 89d", "as long as the actions"]),
        ("COUNTERSIGN_RETENTION__ACTIONS", "forever", ["retention.actions is forever", "as long as the actions"]),
        ("COUNTERSIGN_RETENTION__ACTIONS", "3h", ["retention.actions is 3h", "four hours"]),
        ("COUNTERSIGN_LOG__FORMAT", "xml", ["log.format", "xml is neither text nor json"]),
    ] {
        let error = Program::new().with(name, value).run(&["config"]).refused();
        assert!(words.iter().all(|word| error.contains(word)), "{name}={value}: {error}");
    }
    let error = Program::new().with("COUNTERSIGN_LOG__LEVEL", "=loud=").run(&["serve"]).refused();
    assert!(error.contains("log.level"), "{error}");
}

#[test]
fn a_named_file_has_to_be_there_and_to_be_toml() {
    let program = Program::new();
    let error = program.run(&["config", "--config", "missing.toml"]).refused();
    assert!(error.contains("missing.toml"), "{error}");
    program.write("broken.toml", "[server\n");
    let error = program.run(&["config", "--config", "broken.toml"]).refused();
    assert!(error.contains("broken.toml"), "{error}");
}

#[test]
fn a_database_it_cannot_use_is_said_without_the_password() {
    let urls = [
        ("postgres://countersign:canary@127.0.0.1:1/countersign", "cannot open"),
        ("sqlite://", "path of a file"),
        ("mysql://countersign:canary@db/countersign", "sqlite://"),
    ];
    for (url, word) in urls {
        let error = Program::new().with("COUNTERSIGN_DATABASE__URL", url).run(&["tenant", "list"]).refused();
        assert!(error.contains(word) && !error.contains("canary"), "{url}: {error}");
    }
    let program = Program::new().with("COUNTERSIGN_DATABASE__URL", "sqlite://letter.txt");
    program.write("letter.txt", "Dear reader, this is not a database, however long it may go on, and it says so.\n");
    let error = program.run(&["tenant", "list"]).refused();
    assert!(error.contains("letter.txt") && error.contains("not a database"), "{error}");
}

#[test]
fn dev_refuses_what_others_could_reach_before_it_touches_anything() {
    for (name, value) in [
        ("COUNTERSIGN_SERVER__LISTEN", "0.0.0.0:0"),
        ("COUNTERSIGN_SERVER__LISTEN", "[::]:0"),
        ("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.example.com"),
        ("COUNTERSIGN_SERVER__PUBLIC_URL", "http://localhost.example.com"),
    ] {
        let program = Program::new().with(name, value);
        let error = program.run(&["serve", "--dev"]).refused();
        assert!(error.contains("--dev") && error.contains(value), "{name}={value}: {error}");
        assert!(!program.path("data").exists(), "{name}={value} left files behind");
    }
}

#[test]
fn an_address_in_use_is_said_with_the_key_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let program = Program::new().with("COUNTERSIGN_SERVER__LISTEN", &address);
    let error = program.run(&["serve"]).refused();
    assert!(error.contains(&address) && error.contains("server.listen"), "{error}");
}
