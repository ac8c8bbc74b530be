//! People who prove themselves by codes, as a page and an inbox make them. The server catches mails (`--dev`).

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::Countersign;
use crate::http::Connection;

impl Countersign {
    /// The address of the user `user-<number>`.
    pub(crate) fn address(number: u64) -> String {
        format!("user-{number}@example.com")
    }

    /// Adds the user `user-<number>` with codes by e-mail: a token that shows that they were just verified.
    pub(crate) async fn with_email(&self, connection: &mut Connection, number: u64) -> Result<String> {
        let (token, address) = (self.track(connection, number).await?, Self::address(number));
        let body = format!(r#"{{"email":"{address}"}}"#);
        said(connection, &Self::with_token("user-authenticators/email-otp", &token, &body)).await?;
        let code = text(&said(connection, &Self::caught_mail(&address)).await?, "/messages/0/code")?;
        let body = format!(r#"{{"verificationCode":"{code}"}}"#);
        text(&said(connection, &Self::with_token("verify/email-otp", &token, &body)).await?, "/accessToken")
    }

    /// A set of recovery codes for who was just verified.
    pub(crate) async fn recovery_codes(connection: &mut Connection, token: &str) -> Result<Vec<String>> {
        let made = said(connection, &Self::with_token("user-authenticators/recovery-codes", token, "")).await?;
        let codes = made["recoveryCodes"].as_array().context("the answer has no codes")?;
        Ok(codes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The token of an open link of the user `user-<number>`, who may have no factor yet.
    pub(crate) async fn link(&self, connection: &mut Connection, number: u64) -> Result<String> {
        let (token, address) = (self.track(connection, number).await?, Self::address(number));
        let body = format!(r#"{{"email":"{address}"}}"#);
        said(connection, &Self::with_token("user-authenticators/email-magic-link", &token, &body)).await?;
        let link = text(&said(connection, &Self::caught_mail(&address)).await?, "/messages/0/link")?;
        Ok(link.split_once("?token=").context("the link has no token")?.1.to_owned())
    }
}

/// The JSON of a success.
pub(crate) async fn said(connection: &mut Connection, request: &[u8]) -> Result<Value> {
    let answer = connection.call(request).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
    Ok(serde_json::from_str(answer.text())?)
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    Ok(answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"))?.to_owned())
}
