//! `countersign config`.

use anyhow::Result;

use super::Answer;
use crate::config::Config;

/// The configuration as it stands. It holds no secret: keys are in their own file.
pub(super) fn answer(config: &Config) -> Result<Answer> {
    let mut shown = config.clone();
    shown.server.public_url = Some(config.public_url()?);
    shown.database.url = crate::open::without_password(&config.database.url);
    Ok(Answer::new(toml::to_string(&shown)?.trim_end(), serde_json::to_value(&shown)?))
}
