//! What `--dev` adds: a tenant to play with, a clock to move, the newest events (decisions §7, *Dev only*).

mod inbox;

use anyhow::{Context as _, Result};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_api::Problem;
use countersign_domain::clock::Span;
use countersign_domain::delivery::Inbox;
use countersign_domain::phone::Country;
use countersign_domain::tenant::{NewTenant, RpId, Settings, SmsSettings};
use countersign_domain::{Countersign, Error};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assets;
use crate::demo::{self, DemoConfig};

/// Where the tenant to play with sends codes to phones.
const COUNTRIES: [&str; 8] = ["AU", "CA", "DE", "FR", "GB", "IE", "NZ", "US"];

/// Makes the default tenant where there is none, lets the server's own pages use it, and says how the demo reaches it.
pub(crate) async fn prepare(countersign: &Countersign, api_url: String) -> Result<DemoConfig> {
    let origin = countersign.public_origin().clone();
    if countersign.default_tenant().await?.is_none() {
        let countries = COUNTRIES.into_iter().map(Country::parse).collect::<Result<_, _>>()?;
        let sms = SmsSettings { countries, ..SmsSettings::default() };
        let settings = Settings { origins: vec![origin.clone()], sms, ..Settings::default() };
        let rp_id = RpId::parse("localhost")?;
        countersign.create_tenant(NewTenant { name: "Kettle & Key".to_owned(), rp_id, settings }).await?;
    }
    let tenant = countersign.default_tenant().await?.context("the default tenant is gone")?;
    if !tenant.settings.origins.contains(&origin) {
        let change = move |_: &mut String, settings: &mut Settings| {
            settings.origins.push(origin.clone());
            Ok(())
        };
        countersign.change_tenant(&tenant.id, false, change).await?;
    }
    let keys = countersign.open_server_keys(&tenant.id).await?;
    let secret = keys.first().context("the default tenant has no server key: run `countersign key create`")?;
    Ok(DemoConfig {
        api_url,
        tenant_id: tenant.id.to_string(),
        api_secret: secret.expose().to_owned(),
        public_url: countersign.public_url().to_owned(),
    })
}

/// The pages and calls of `--dev`.
pub(crate) fn routes(countersign: Countersign, inbox: Inbox, demo: DemoConfig) -> Result<Router> {
    let tools =
        Router::new().route("/dev/clock", post(move_clock)).route("/dev/events", get(events)).with_state(countersign);
    Ok(tools.merge(inbox::routes(inbox)).merge(assets::demo_routes()).merge(demo::router(demo)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Move {
    /// Seconds; negative moves back.
    advance_seconds: i32,
}

async fn move_clock(
    State(countersign): State<Countersign>,
    body: Result<Json<Move>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Json(body) = body.map_err(|refused| Error::invalid(refused.body_text()))?;
    countersign.clock().advance(Span::seconds(i64::from(body.advance_seconds)));
    Ok(Json(json!({ "now": countersign.now().rfc3339() })))
}

#[derive(Deserialize)]
struct Newest {
    limit: Option<u32>,
}

/// The default tenant's newest events, newest first.
async fn events(
    State(countersign): State<Countersign>,
    newest: Result<Query<Newest>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(newest) = newest.map_err(|refused| Error::invalid(refused.body_text()))?;
    let Some(tenant) = countersign.default_tenant().await? else { return Ok(Json(json!({ "events": [] }))) };
    let events = countersign.newest_events(&tenant.id, newest.limit.unwrap_or(100).min(1000)).await?;
    let rows: Vec<Value> = events
        .into_iter()
        .map(|event| {
            json!({
                "at": event.at.rfc3339(), "type": event.kind, "userId": event.user_id, "actionCode": event.action_code,
                "idempotencyKey": event.idempotency_key, "challengeId": event.challenge_id,
                "userAuthenticatorId": event.authenticator_id, "ipAddress": event.ip_address, "detail": event.detail,
            })
        })
        .collect();
    Ok(Json(json!({ "events": rows })))
}
