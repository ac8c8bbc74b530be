//! The one PostgreSQL server that all tests share, whether they run as threads or as processes of their own.
//!
//! `TEST_POSTGRES_URL` (`postgres://user:password@host:port/`, of a user that may create databases) names a server to
//! use. Without it, whoever comes first starts one from the programs installed here. Everybody holds a shared lock while
//! it runs; a shell that waits for the lock to be free ends the server and removes its files.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::cluster::{Cluster, programs, user};

/// Whether there is a server for the test of this name; if not, the test is skipped.
///
/// It says so on the standard error, past the test harness, and in the file that `SKIPPED_TESTS` names, a line a test.
/// With `REQUIRE_ALL=1` the test fails instead.
pub fn is_there(test: &str) -> bool {
    if std::env::var_os("TEST_POSTGRES_URL").is_some() || programs().is_some() {
        return true;
    }
    let why = format!("skipped: {test}: no PostgreSQL server (as root: apt-get install postgresql-15)\n");
    assert!(std::env::var("REQUIRE_ALL").as_deref() != Ok("1"), "{why}");
    std::io::stderr().write_all(why.as_bytes()).expect("the files of the shared server are ours");
    if let Some(list) = std::env::var_os("SKIPPED_TESTS") {
        let mut list =
            File::options().create(true).append(true).open(list).expect("the files of the shared server are ours");
        list.write_all(why.as_bytes()).expect("the files of the shared server are ours");
    }
    false
}

/// The server's URL up to the name of a database.
pub fn server() -> &'static str {
    static SERVER: OnceLock<(String, Option<File>)> = OnceLock::new();
    let (url, _lock) = SERVER.get_or_init(|| {
        let given = std::env::var("TEST_POSTGRES_URL").ok();
        given.map_or_else(share, |url| (format!("{}/", url.trim_end_matches('/')), None))
    });
    url
}

/// Joins those who use the server, as the first if need be. The lock is held as long as the file is open.
fn share() -> (String, Option<File>) {
    let folder = std::env::temp_dir().join(format!("countersign-test-postgres-{}", user()));
    let lock_path = folder.with_extension("lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .expect("the files of the shared server are ours");
    loop {
        lock.lock_shared().expect("the files of the shared server are ours");
        if let Some(url) = running(&folder) {
            return (url, Some(lock));
        }
        lock.unlock().expect("the files of the shared server are ours");
        lock.lock().expect("the files of the shared server are ours");
        // Another may have been quicker.
        if running(&folder).is_none() {
            start(&folder, &lock_path);
        }
        lock.unlock().expect("the files of the shared server are ours");
    }
}

/// The URL of the server in a folder, if it accepts connections.
fn running(folder: &Path) -> Option<String> {
    let url = std::fs::read_to_string(folder.join("url")).ok()?;
    let host = url.split(['@', '/']).nth(3)?;
    std::net::TcpStream::connect(host).ok().map(|_| url)
}

#[expect(clippy::zombie_processes, reason = "the shell outlives the tests")]
fn start(folder: &Path, lock: &Path) {
    // What a machine that went down has left.
    drop(std::fs::remove_dir_all(folder));
    let cluster = Cluster::new(folder);
    cluster.start();
    std::fs::write(folder.join("url"), cluster.url()).expect("the files of the shared server are ours");
    let end = cluster.end();
    let wait = r#"lock=$1 folder=$2; shift 2
        exec 9>>"$lock"
        while sleep 5; do
            if flock --nonblock 9; then "$@"; rm -rf "$folder"; exit; fi
        done"#;
    Command::new("sh")
        .args(["-c", wait, "sh"])
        .args([lock, folder])
        .arg(end.get_program())
        .args(end.get_args())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // It outlives the tests that a runner ends by their group.
        .process_group(0)
        .spawn()
        .expect("a shell starts");
}
