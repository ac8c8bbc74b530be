//! How a tenant's prompts look and what they say, as it is read and changed from outside.

use super::{Messages, PromptSettings, Theme};
use crate::audit::Event;
use crate::error::Result;
use crate::id::{KeyId, TenantId};
use crate::tenant::Settings;
use crate::{Caller, Countersign};

/// What users see of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Its name.
    pub name: String,
    /// Colours, corners, font, logo.
    pub theme: Theme,
    /// Texts in place of ours.
    pub messages: Messages,
}

/// Which part of it is changed.
#[derive(Debug, Clone, Copy)]
pub enum AppearancePart {
    /// Name and theme.
    Theme,
    /// The texts.
    Messages,
}

impl Appearance {
    fn of(name: String, prompts: PromptSettings) -> Self {
        Self { name, theme: prompts.theme, messages: prompts.messages }
    }
}

impl Countersign {
    /// A tenant's appearance as the database has it: who changes it goes on from there.
    pub async fn appearance(&self, tenant: &TenantId) -> Result<Appearance> {
        let (name, settings) = self.stored_settings(tenant).await?;
        Ok(Appearance::of(name, settings.prompts))
    }

    /// Changes it by an API key. `change` gets it as it stands, and is asked again where another change comes in between. Answers
    /// it as it stands afterwards.
    pub async fn change_appearance<F>(
        &self,
        (tenant, key): (&TenantId, &KeyId),
        part: AppearancePart,
        caller: &Caller,
        change: F,
    ) -> Result<Appearance>
    where
        F: Fn(&Appearance) -> Result<Appearance> + Send + Sync + 'static,
    {
        let kind = match part {
            AppearancePart::Theme => "theme.changed",
            AppearancePart::Messages => "messages.changed",
        };
        let event = Event::new(kind, self.now()).caller(caller).detail("keyId", key.as_str());
        let change = move |name: &mut String, settings: &mut Settings| {
            let prompts = &mut settings.prompts;
            let new = change(&Appearance::of(name.clone(), prompts.clone()))?;
            *name = new.name;
            (prompts.theme, prompts.messages) = (new.theme, new.messages);
            Ok(())
        };
        let (name, settings) = self.rewrite_tenant(tenant, false, event, change).await?;
        Ok(Appearance::of(name, settings.prompts))
    }
}
