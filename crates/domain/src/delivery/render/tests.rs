//! What people read, by locale, and what a tenant can make of it.

use super::super::{Happened, Preview, Template, TemplateKind, locales, preview};
use super::*;

const CODE: &str = "271828";
const LINK: &str = "https://auth.example.com/l/";

fn made(settings: &MessageSettings, kind: TemplateKind, locale: &str) -> Preview {
    preview("Kettle & <Key>", "shop.example", settings, kind, Happened::FactorAdded, locale).unwrap()
}

fn with(kind: TemplateKind, locale: &str, template: Template) -> MessageSettings {
    let mut settings = MessageSettings::default();
    settings.templates.entry(kind).or_default().insert(locale.to_owned(), template);
    settings
}

fn text(text: &str) -> Template {
    Template { text: Some(text.to_owned()), ..Template::default() }
}

#[test]
fn every_kind_in_every_locale_says_what_it_is_for() {
    let settings = MessageSettings { support: Some("help@shop.example".to_owned()), ..MessageSettings::default() };
    for locale in locales() {
        for kind in TemplateKind::ALL {
            let made = made(&settings, kind, locale);
            let html = made.html.clone().unwrap_or_default();
            assert!(made.text.contains("Kettle & <Key>"), "{locale} {kind:?}: {}", made.text);
            assert!(!format!("{}{html}", made.text).contains("{{"), "{locale} {kind:?}");
            if kind == TemplateKind::SmsCode {
                assert!(made.text.contains(CODE) && made.html.is_none());
                continue;
            }
            let direction = if locale == "ar" { "rtl" } else { "ltr" };
            assert!(html.contains(&format!("<html lang=\"{locale}\" dir=\"{direction}\">")), "{html}");
            assert!(html.contains("Kettle &amp; &lt;Key&gt;") && !html.contains("<Key>"), "{html}");
            assert!(made.text.contains("Ada Lovelace") && html.contains("Ada Lovelace"));
            assert!(made.text.contains("help@shop.example") && html.contains("help@shop.example"));
            let needed = match kind {
                TemplateKind::EmailCode => CODE,
                TemplateKind::Notice => "Firefox on Linux",
                _ => LINK,
            };
            assert!(made.text.contains(needed) && html.contains(needed), "{locale} {kind:?}");
            let subject = made.subject.unwrap();
            assert!(
                !subject.contains(CODE),
                "a subject is shown on locked screens and kept by mail servers: {subject}"
            );
        }
    }
}

/// A link signs in, confirms something or enrols the address: its message fits all of them.
#[test]
fn a_link_is_not_said_to_sign_in() {
    for locale in locales() {
        let made = made(&MessageSettings::default(), TemplateKind::MagicLink, locale);
        let said = format!("{} {} {}", made.subject.unwrap_or_default(), made.text, made.html.unwrap_or_default());
        for words in ["Sign in", "Anmelde", "onnexion", "sesión", "サインイン", "تسجيل الدخول"] {
            assert!(!said.contains(words), "{locale}: {said}");
        }
    }
}

#[test]
fn minutes_agree_with_their_number() {
    let said = |locale: &str, minutes: i64| {
        let words = words::of([locale]);
        let values = context! { tenant => "Shop", minutes };
        fill(Form::Text, &words.email_code.lead, &values).unwrap()
    };
    assert!(said("en", 1).contains("1 minute.") && said("en", 10).contains("10 minutes."));
    assert!(said("de", 1).contains("1 Minute ") && said("de", 10).contains("10 Minuten "));
    assert!(said("ar", 10).contains("دقائق") && said("ar", 15).contains("دقيقة"));
}

#[test]
fn a_phone_offers_the_code_on_this_sites_pages_alone() {
    let sms = made(&MessageSettings::default(), TemplateKind::SmsCode, "en");
    assert_eq!(sms.text.lines().last(), Some("@shop.example #271828"));
}

#[test]
fn a_tenants_own_words_take_the_place_of_ours_part_by_part() {
    let settings = with(TemplateKind::EmailCode, "de", text("Moin {{ name }}: {{ code }}"));
    let german = made(&settings, TemplateKind::EmailCode, "de-AT");
    assert_eq!(german.text, "Moin Ada Lovelace: 271828");
    assert!(german.html.unwrap().contains("<h1"), "the page is still ours");
    assert!(made(&settings, TemplateKind::EmailCode, "fr").text.contains("Bonjour"));

    let settings = with(TemplateKind::EmailCode, "*", text("{{ heading }} / {{ code }}"));
    assert_eq!(made(&settings, TemplateKind::EmailCode, "fr").text, "Votre code / 271828");
    settings.check().unwrap();
}

#[test]
fn who_is_not_spoken_to_gets_the_tenants_locale_then_english() {
    let settings = MessageSettings { locale: Some("es".to_owned()), ..MessageSettings::default() };
    assert_eq!(made(&settings, TemplateKind::EmailCode, "tlh").locale, "es");
    assert_eq!(made(&MessageSettings::default(), TemplateKind::EmailCode, "tlh").locale, "en");
}

#[test]
fn a_template_is_refused_when_it_is_set_and_not_when_somebody_waits() {
    let refused = |kind: TemplateKind, locale: &str, template: Template| {
        with(kind, locale, template).check().unwrap_err().to_string()
    };
    for (template, word) in [
        (text("Hello"), "does not say {{ code }}"),
        (text("{{ cod }}"), "line 1"),
        (text("{{ code"), "line 1"),
        (text(&"x".repeat(33 * 1024)), "32 KiB"),
        (text("{{ code }}{{ 'x' * 100000000 }}"), "messages.templates.emailCode.en"),
        (
            Template {
                html: Some("{% autoescape false %}{{ code }}{% endautoescape %}".to_owned()),
                ..text("{{ code }}")
            },
            "autoescape",
        ),
    ] {
        let error = refused(TemplateKind::EmailCode, "en", template);
        assert!(error.contains(word), "{error}");
    }
    assert!(refused(TemplateKind::MagicLink, "en", text("Hello")).contains("{{ url }}"));
    assert!(refused(TemplateKind::EmailCode, "tlh", text("{{ code }}")).contains("tlh"));
    let sms = Template { subject: Some("x".to_owned()), ..text("{{ code }}") };
    assert!(refused(TemplateKind::SmsCode, "en", sms).contains("text alone"));

    // One that was kept by an older version and fails now gives way to our own words.
    let settings = with(TemplateKind::EmailCode, "en", text("{{ gone }}"));
    let context = Context {
        tenant: "Shop",
        rp_id: "shop.example",
        settings: &settings,
        message_id: "1@shop.example".to_owned(),
        date: Millis(0),
        is_trial: false,
    };
    let message = Message::EmailCode { code: Secret::new(CODE.to_owned()), minutes: 10 };
    let to = crate::delivery::Recipient { address: "ada@example.com".to_owned(), name: None, locale: None };
    let from = Mailbox { name: None, address: "no-reply@shop.example".to_owned() };
    let Ok(Written::Email(email)) = render(&context, Payload { to, message }, Some(&from)) else {
        panic!("it is sent")
    };
    assert!(email.text.expose().contains(CODE));
    assert_eq!(email.from.name.as_deref(), Some("Shop"), "the tenant's name stands in for a sender's");
}

#[test]
fn a_subject_is_one_line_whatever_is_in_it() {
    assert_eq!(one_line("Hello\r\nBcc: eve@example.com\u{2028}x\u{0}y"), "Hello Bcc: eve@example.com x y");
    assert_eq!(one_line(&"ü".repeat(900)).chars().count(), MOST_SUBJECT);
}

#[test]
fn senders_are_addresses_and_names_are_lines() {
    for settings in [
        MessageSettings { sender_address: Some("nobody".to_owned()), ..MessageSettings::default() },
        MessageSettings { reply_to: Some("a@b\r\nBcc: c@d".to_owned()), ..MessageSettings::default() },
        MessageSettings { sender_name: Some("A\r\nBcc: c@d".to_owned()), ..MessageSettings::default() },
        MessageSettings { support: Some(String::new()), ..MessageSettings::default() },
        MessageSettings { locale: Some("tlh".to_owned()), ..MessageSettings::default() },
    ] {
        assert!(settings.check().is_err(), "{settings:?}");
    }
}

#[test]
fn a_name_that_would_become_a_link_is_not_said() {
    for name in ["Ada Lovelace", "J.R. Smith", "Dr. Who", "Ada L.", "\u{623}\u{62f}\u{627}", "O'Neil-Smith Jr."] {
        assert_eq!(greeted(name), name);
    }
    for name in
        ["You won: https://evil.example", "evil.example", "www.evil.example", "a@evil.example", "evil.example/x", "//x"]
    {
        assert_eq!(greeted(name), "", "{name}");
    }
    // Dots of another look, letters of no width between, and a line that reads the other way.
    for name in
        ["evil\u{3002}example", "evil\u{ff0e}example", "evil\u{200b}.\u{200b}example", "\u{202e}321 edoc", "a\u{2028}b"]
    {
        assert_eq!(greeted(name), "", "{name:?}");
    }
    let joined = "\u{645}\u{200c}\u{627}";
    assert_eq!(greeted(joined), joined, "a joiner is a part of names");
    assert_eq!(greeted(&"x".repeat(300)).len(), MOST_NAME);
}
