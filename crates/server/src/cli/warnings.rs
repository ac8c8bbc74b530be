//! What a tenant's settings cannot do, with the remedy (decisions §5, *Pre-built UI and RP ID*; checklist 48).

use std::collections::BTreeSet;

use countersign_domain::tenant::{Origin, RpId, Settings, ui_misfit};

/// Browsers look at no more than five registrable names in `/.well-known/webauthn` (WebAuthn Level 3 §5.11.1).
const LABELS: usize = 5;

/// Warnings about a tenant whose pre-built UI is served from `ui_origin`.
pub(super) fn of(rp_id: &RpId, settings: &Settings, ui_origin: &Origin) -> Vec<String> {
    let mut warnings = Vec::new();
    let covered = |origin: &Origin| origin.host().is_none_or(|host| rp_id.covers(host));
    warnings.extend(ui_misfit(rp_id, settings, ui_origin));
    for origin in settings.origins.iter().filter(|origin| !covered(origin)) {
        warnings.push(format!(
            "Pages of {origin} cannot use passkeys of {rp_id} as they stand: they are not under it. Let \
             https://{rp_id}/.well-known/webauthn answer with this server's file, which lists them."
        ));
    }
    let foreign = settings.origins.iter().chain(&settings.related_origins).filter(|origin| !covered(origin));
    let labels: BTreeSet<&str> = foreign.filter_map(Origin::host).map(label).collect();
    if labels.len() > LABELS {
        warnings.push(format!(
            "{} different names are listed as related origins ({}); browsers need support only {LABELS}.",
            labels.len(),
            labels.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    warnings
}

/// The name that browsers count: the one before the public suffix, read here as the last dot.
fn label(host: &str) -> &str {
    let name = host.rsplit_once('.').map_or(host, |(name, _)| name);
    name.rsplit_once('.').map_or(name, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(texts: &[&str]) -> Vec<Origin> {
        texts.iter().map(|text| Origin::parse(text).unwrap()).collect()
    }

    #[test]
    fn a_ui_under_the_rp_id_needs_no_word() {
        let settings = Settings { origins: origins(&["https://app.example.com"]), ..Settings::default() };
        let (rp_id, ui) = (RpId::parse("example.com").unwrap(), Origin::parse("https://auth.example.com").unwrap());
        assert_eq!(of(&rp_id, &settings, &ui), Vec::<String>::new());
    }

    #[test]
    fn a_ui_elsewhere_foreign_origins_and_too_many_names_are_told() {
        let foreign =
            ["https://a.net", "https://b.net", "https://c.net", "https://d.net", "https://e.net", "https://f.net"];
        let settings = Settings {
            origins: origins(&["https://other.org"]),
            related_origins: origins(&foreign),
            ..Settings::default()
        };
        let (rp_id, ui) = (RpId::parse("example.com").unwrap(), Origin::parse("https://auth.service.io").unwrap());
        let warnings = of(&rp_id, &settings, &ui);
        assert_eq!(warnings.len(), 3);
        assert!(
            warnings[0].contains("--custom-domain")
                && warnings[1].contains("other.org")
                && warnings[2].contains("7 different")
        );
    }
}
