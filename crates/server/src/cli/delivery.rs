//! `countersign delivery …`: messages to people.

use anyhow::{Context as _, Result};
use clap::{Subcommand, ValueEnum};
use countersign_domain::delivery::{Happened, Preview, TemplateKind, preview};
use serde_json::json;

use super::{Answer, tenant};
use crate::open::Opened;

#[derive(Subcommand)]
pub(super) enum DeliveryCommand {
    /// Show a message as a person would get it, with invented values.
    Preview {
        /// What it is.
        #[arg(value_enum)]
        kind: Kind,
        /// The receiver's locale, such as de or ar.
        #[arg(long, default_value = "en")]
        locale: String,
        /// What a notice tells, such as factorRemoved.
        #[arg(long, value_name = "NAME", default_value = "factorAdded")]
        happened: String,
        /// Print the page of an e-mail alone.
        #[arg(long)]
        html: bool,
        /// Whose words; the default tenant's when absent.
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
}

/// What can be shown.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    EmailCode,
    MagicLink,
    VerifyEmail,
    SmsCode,
    Notice,
}

impl From<Kind> for TemplateKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::EmailCode => Self::EmailCode,
            Kind::MagicLink => Self::MagicLink,
            Kind::VerifyEmail => Self::VerifyEmail,
            Kind::SmsCode => Self::SmsCode,
            Kind::Notice => Self::Notice,
        }
    }
}

impl DeliveryCommand {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer> {
        let Self::Preview { kind, locale, happened, html, tenant } = self;
        let known = Happened::ALL.into_iter().find(|known| known.as_str() == happened);
        let names = Happened::ALL.map(Happened::as_str).join(", ");
        let happened = known.with_context(|| format!("{happened} is nothing that a notice tells: {names}"))?;
        let tenant = tenant::find(opened, tenant.as_deref()).await?;
        let (rp_id, settings) = (tenant.rp_id.as_str(), &tenant.settings.messages);
        let made =
            preview(&tenant.name, rp_id, settings, kind.into(), happened, &locale).map_err(anyhow::Error::msg)?;
        Ok(shown(&made, html))
    }
}

fn shown(made: &Preview, html: bool) -> Answer {
    let json = json!({
        "locale": made.locale, "from": made.from.as_ref().and_then(|from| from.name.clone()), "subject": made.subject,
        "text": made.text, "html": made.html,
    });
    let text = match (&made.html, &made.subject) {
        (Some(page), _) if html => page.clone(),
        (_, Some(subject)) => format!("Subject: {subject}\n\n{}", made.text),
        _ => made.text.clone(),
    };
    Answer::new(text.trim_end(), json)
}
