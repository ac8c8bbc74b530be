//! `serve --dev`: a tenant, a shop, a clock that can be moved, the newest events. None of it without.

use serde_json::json;

use crate::program::Program;

#[tokio::test]
async fn the_clock_can_be_moved_and_tokens_run_out() {
    let program = Program::new();
    let tenant = program.tenant();
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let server = program.serve(&["--dev"]);
    let token = server.track(secret, "ada", "withdraw").await;
    let ask = json!({ "token": token });
    assert_eq!(server.call(secret, "/validate", &ask).await.1["error"], json!(null));

    let (status, moved) = server.post("/dev/clock", &json!({ "advanceSeconds": 11 * 60 })).await;
    assert_eq!(status, 200);
    assert!(moved["now"].as_str().is_some_and(|now| now.ends_with('Z')), "{moved}");
    assert_eq!(server.call(secret, "/validate", &ask).await.1["error"], "expired_token");
    server.post("/dev/clock", &json!({ "advanceSeconds": -11 * 60 })).await;
    assert_eq!(server.call(secret, "/validate", &ask).await.1["error"], json!(null));
}

#[tokio::test]
async fn a_move_of_the_clock_that_is_none_is_refused() {
    let server = Program::new().serve(&["--dev"]);
    for body in [json!({}), json!({ "advanceSeconds": "soon" }), json!({ "advance": 60 }), json!([])] {
        let (status, answer) = server.post("/dev/clock", &body).await;
        assert_eq!((status, answer["error"].as_str()), (400, Some("invalid_request")), "{body}: {answer}");
    }
}

#[tokio::test]
async fn the_newest_events_of_the_default_tenant_are_shown_newest_first() {
    let program = Program::new();
    let tenant = program.tenant();
    let secret = tenant["apiSecretKey"].as_str().unwrap();
    let server = program.serve(&["--dev"]);
    for action in ["first", "second"] {
        let token = server.track(secret, "ada", action).await;
        server.post("/dev/clock", &json!({ "advanceSeconds": 1 })).await;
        let (_, events) = server.get("/dev/events").await;
        assert!(!events.to_string().contains(&token), "an event holds no token");
    }
    let (_, body) = server.get("/dev/events?limit=2").await;
    let seen: Vec<_> = body["events"].as_array().unwrap().iter().map(|event| &event["actionCode"]).collect();
    assert_eq!(seen, ["second", "first"]);
    assert_eq!(body["events"][0]["type"], "action.tracked");
    assert_eq!(body["events"][0]["detail"]["state"], "ALLOW");
}

#[tokio::test]
async fn a_start_without_tenant_makes_one_for_localhost_and_says_where_things_are() {
    let program = Program::new();
    let server = program.serve(&["--dev"]);
    let url = server.url.clone();
    assert!(url.starts_with("http://localhost:") && !url.ends_with(":0"), "{url}");
    let tenant = program.json(&["tenant", "show"]);
    assert_eq!((&tenant["rpId"], &tenant["settings"]["origins"]), (&json!("localhost"), &json!([url])));
    let (_, _, out) = server.end("TERM");
    for place in ["/demo/", "/docs/", "/dev/events"] {
        assert!(out.contains(&format!("{url}{place}")), "{out}");
    }
}

#[tokio::test]
async fn nothing_of_it_is_there_without_dev() {
    let program = Program::new();
    let server = program.serve(&[]);
    assert_eq!(server.post("/dev/clock", &json!({ "advanceSeconds": 60 })).await.0, 404);
    for path in ["/dev/events", "/dev/clock", "/demo/", "/demo/api/session"] {
        assert_eq!(server.get(path).await.0, 404, "{path}");
    }
    assert_eq!(program.json(&["tenant", "list"]), json!([]), "no tenant is made");
    let (_, _, out) = server.end("TERM");
    assert_eq!(out, "");
}

#[tokio::test]
async fn the_page_for_graphql_is_there_for_development_alone_and_loads_nothing() {
    let program = Program::new();
    program.tenant();
    let server = program.serve(&["--dev"]);
    for path in ["/graphql/v1", "/v1/graphql"] {
        let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("script-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let page = answer.text().await.unwrap();
        assert!(
            page.starts_with("<!doctype html>") && !page.contains("http://") && !page.contains("https://"),
            "{page}"
        );
    }
    drop(server);
    let server = program.serve(&[]);
    assert_eq!(server.get("/graphql/v1").await.0, 405);
}
