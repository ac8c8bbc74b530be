//! What an operator sees of a running server, and nobody else.

use serde_json::{Value, json};

use crate::documents::read;
use crate::program::{Program, Server};

fn watched() -> Program {
    Program::new().with("COUNTERSIGN_SERVER__METRICS_LISTEN", "127.0.0.1:0")
}

/// The address of the page, and what it says.
async fn page(server: &mut Server) -> (String, String) {
    let line = server.said("Metrics on ");
    let url = line.split_once("Metrics on ").unwrap().1.split(['"', ' ']).next().unwrap().to_owned();
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    (url, answer.text().await.unwrap())
}

/// The value of the line that begins so.
pub(super) fn value(page: &str, series: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
}

#[tokio::test]
async fn it_counts_what_it_does_by_route_and_never_by_path() {
    let program = watched();
    let tenant = program.tenant();
    let (id, secret) = (tenant["tenantId"].as_str().unwrap(), tenant["apiSecretKey"].as_str().unwrap());
    let mut server = program.serve(&[]);
    let token = server.track(secret, "ada-lovelace", "withdraw").await;
    server.track(secret, "charles", "withdraw").await;
    let http = reqwest::Client::new();
    let options = format!("{}/v1/client/user-authenticators/passkey/registration-options", server.url);
    let made = http.post(options).bearer_auth(&token).json(&json!({ "username": "ada" })).send().await.unwrap();
    assert_eq!(made.status(), 200);
    for n in 0..20 {
        server.get(&format!("/nowhere/{n}")).await;
        let method = reqwest::Method::from_bytes(format!("METHOD{n}").as_bytes()).unwrap();
        http.request(method, &server.url).send().await.unwrap();
    }
    let (_, page) = page(&mut server).await;

    let known =
        page.lines().find(|line| line.contains("actions") && line.contains("requests_total")).unwrap_or_default();
    assert!(known.contains("method=\"POST\"") && known.contains("status=\"2xx\"") && known.ends_with(" 2"), "{known}");
    let none = "countersign_http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"}";
    assert_eq!(value(&page, none).to_string(), 20.to_string());
    let other = "countersign_http_requests_total{method=\"other\",route=\"none\",status=\"4xx\"}";
    assert_eq!(value(&page, other).to_string(), 20.to_string());
    assert!(page.contains("countersign_http_request_duration_seconds_bucket{le=\"0.001\","), "{page}");
    let opened = "countersign_ceremonies_total{method=\"passkey\",kind=\"enrolment\",stage=\"opened\"}";
    assert_eq!(value(&page, opened).to_string(), 1.to_string());
    assert!(value(&page, "countersign_database_transactions_total") >= 3.0);
    assert!(value(&page, "countersign_connections_accepted_total") >= 3.0);
    assert!(value(&page, "countersign_connections_max") >= 100.0);
    assert!(value(&page, "process_resident_memory_bytes") > 1e6);
    assert!(value(&page, "process_open_fds") > 5.0);
    assert!(value(&page, "process_start_time_seconds") > 1.7e9);
    assert!(page.ends_with("# EOF\n"));
    for secret in [id, "ada", "charles", "nowhere/", "METHOD1", "127.0.0.1", &token, secret] {
        assert!(!page.contains(secret), "{secret} in\n{page}");
    }
}

#[tokio::test]
async fn refusals_are_counted_with_their_reason() {
    let program = watched().with("COUNTERSIGN_SERVER__STRANGERS_PER_SECOND", "1");
    let mut server = program.serve(&[]);
    let mut refused = 0;
    for _ in 0..20 {
        let (status, _) = server.call("csk_server_wrong", "/validate", &Value::Null).await;
        refused += u32::from(status == 429);
    }
    let (_, page) = page(&mut server).await;
    assert!(refused > 0);
    assert_eq!(
        value(&page, "countersign_http_requests_refused_total{reason=\"address\"}").to_string(),
        refused.to_string()
    );
    assert_eq!(value(&page, "countersign_http_requests_refused_total{reason=\"overload\"}").to_string(), 0.to_string());
}

/// Monitoring and debug pages are not public.
#[tokio::test]
async fn item_88_the_public_port_has_no_page_for_operators() {
    let program = watched();
    let mut server = program.serve(&[]);
    let (url, _) = page(&mut server).await;
    assert!(!url.starts_with(&server.address()));
    for path in
        ["/metrics", "/metrics/", "/debug", "/debug/pprof/", "/swagger", "/swagger-ui/", "/dev/events", "/status"]
    {
        for server in [&server, &Program::new().serve(&[])] {
            let (status, body) = server.get(path).await;
            assert_eq!((status, &body["error"]), (404, &json!("not_found")), "{path}");
        }
    }
    // And the private one has nothing else.
    let elsewhere = url.replace("/metrics", "/v1/users/ada");
    assert_eq!(reqwest::get(elsewhere).await.unwrap().status(), 404);
}

#[test]
fn item_88_the_two_listeners_are_never_one() {
    for (public, private) in [
        ("127.0.0.1:9", "127.0.0.1:9"),
        ("0.0.0.0:9", "127.0.0.1:9"),
        ("127.0.0.1:9", "0.0.0.0:9"),
        ("[::]:9", "10.0.0.1:9"),
    ] {
        let program = Program::new().with("COUNTERSIGN_SERVER__LISTEN", public);
        let program = program.with("COUNTERSIGN_SERVER__METRICS_LISTEN", private);
        let program = program.with("COUNTERSIGN_SERVER__REUSE_PORT", "true");
        let error = program.run(&["serve"]).refused();
        assert!(error.contains("server.metrics_listen") && error.contains(private), "{public} {private}: {error}");
    }
}

/// The guide lists every metric, and no other.
#[tokio::test]
async fn the_guide_names_every_metric() {
    let mut server = watched().serve(&[]);
    server.get("/healthz").await;
    let (_, page) = page(&mut server).await;
    let guide = read("docs/guides/running.md");
    let mut names = 0;
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        assert!(guide.contains(&format!("`{name}`")), "the guide does not name {name}");
        names += 1;
    }
    assert!(names > 15, "{page}");
    let listed = guide.lines().filter_map(|line| line.strip_prefix("| `countersign_")?.split_once('`'));
    for (name, _) in listed {
        let known = name.trim_end_matches("_total");
        let is_postgres = known.starts_with("database_connections") || known == "database_waiting";
        assert!(is_postgres || page.contains(&format!("# TYPE countersign_{known} ")), "there is no {name}");
    }
}
