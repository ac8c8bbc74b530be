//! This test program, started again as another process.

use std::process::{Child, Command, Stdio};

use crate::support::Folder;

const ROLE: &str = "COUNTERSIGN_DB_TEST_ROLE";
const URL: &str = "COUNTERSIGN_DB_TEST_URL";

/// Starts a process in a role, on the folder's database. What it says stands on its standard output, after [`SAYS`].
pub(crate) fn start(role: &str, folder: &Folder) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["process::as_another_process", "--exact", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(URL, folder.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The test harness prints lines of its own.
const SAYS: &str = "says ";

pub(crate) fn say(text: &str) {
    println!("\n{SAYS}{text}");
}

/// What a process said, from its output. A line cut off by its death does not count.
pub(crate) fn said(output: &str) -> impl Iterator<Item = &str> {
    output.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.strip_prefix(SAYS))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "other tests start it in another process"]
async fn as_another_process() {
    let (Ok(role), Ok(url)) = (std::env::var(ROLE), std::env::var(URL)) else { return };
    match role.as_str() {
        "write" => crate::crash::write_until_killed(&url).await,
        "migrate" => crate::crash::migrate(&url).await,
        other => panic!("no such role: {other}"),
    }
}
