//! The first start makes what is missing, for its owner alone; later ones demand that it belongs together.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::program::{Program, mode};

#[test]
fn the_first_start_makes_database_and_keys_for_their_owner_alone() {
    let program = Program::new();
    let server = program.serve(&[]);
    for name in ["data/keys.json", "data/countersign.db", "data/countersign.db-wal", "data/countersign.db-shm"] {
        assert_eq!(mode(&program.path(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&program.path("data")), 0o700);
    drop(server);
}

#[tokio::test]
async fn no_two_first_starts_share_a_secret() {
    let (one, other) = (Program::new(), Program::new());
    let (served, _other_served) = (one.serve(&["--dev"]), other.serve(&["--dev"]));
    let keys = |program: &Program| fs::read_to_string(program.path("data/keys.json")).unwrap();
    assert_ne!(keys(&one), keys(&other));
    let (mine, theirs) = (one.tenant(), other.tenant());
    for member in ["tenantId", "apiSecretKey", "managementKey", "clientId"] {
        assert_ne!(mine[member], theirs[member], "{member}");
    }
    let foreign = theirs["apiSecretKey"].as_str().unwrap();
    let (status, body) = served.call(foreign, "/validate", &serde_json::json!({ "token": "" })).await;
    assert_eq!((status, body["errorCode"].as_str()), (401, Some("unauthorized")));
}

#[test]
fn a_second_start_uses_what_is_there() {
    let program = Program::new();
    let tenant = program.tenant();
    let keys = fs::read(program.path("data/keys.json")).unwrap();
    let server = program.serve(&[]);
    assert_eq!(fs::read(program.path("data/keys.json")).unwrap(), keys);
    assert_eq!(program.json(&["tenant", "show"])["tenantId"], tenant["tenantId"]);
    drop(server);
}

#[test]
fn commands_that_all_come_first_share_one_ring() {
    let program = Program::new();
    let made: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| program.tenant())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(program.json(&["tenant", "list"]).as_array().map(Vec::len), Some(made.len()));
    let defaults = program.json(&["tenant", "list"]);
    assert_eq!(defaults.as_array().unwrap().iter().filter(|tenant| tenant["default"] == true).count(), 1);
    let left: Vec<_> = fs::read_dir(program.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".keys")), "{left:?}");
}

#[test]
fn a_ring_of_another_server_is_refused_with_what_to_copy() {
    let (program, other) = (Program::new(), Program::new());
    program.tenant();
    other.tenant();
    fs::copy(other.path("data/keys.json"), program.path("data/keys.json")).unwrap();
    let error = program.run(&["serve"]).refused();
    assert!(error.contains("data/keys.json") && error.contains("Copy the key file"), "{error}");
}

#[test]
fn a_lost_ring_is_not_replaced_by_a_new_one() {
    let program = Program::new();
    program.tenant();
    fs::remove_file(program.path("data/keys.json")).unwrap();
    let error = program.run(&["serve"]).refused();
    assert!(error.contains("data/keys.json") && error.contains("Copy the key file"), "{error}");
    assert!(!program.path("data/keys.json").exists());
}

#[test]
fn a_ring_that_others_may_read_or_that_is_none_is_refused() {
    let program = Program::new();
    program.tenant();
    let path = program.path("data/keys.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = program.run(&["tenant", "list"]).refused();
    assert!(error.contains("chmod 600 data/keys.json"), "{error}");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "{\"keys\":[]}").unwrap();
    let error = program.run(&["tenant", "list"]).refused();
    assert!(error.contains("data/keys.json is not a key ring"), "{error}");
}
