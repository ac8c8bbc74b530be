//! `countersign delivery preview`, and templates that a tenant sets.

use crate::program::Program;

#[test]
fn a_message_can_be_looked_at_before_anybody_gets_it() {
    let program = Program::new();
    program.tenant();
    let arabic = program.json(&["delivery", "preview", "notice", "--happened", "factorRemoved", "--locale", "ar"]);
    assert_eq!(arabic["locale"], "ar");
    assert!(arabic["html"].as_str().unwrap().contains("dir=\"rtl\""), "{arabic}");
    let text = program.run(&["delivery", "preview", "email-code", "--locale", "de"]).ok();
    assert!(text.starts_with("Subject: Ihr Code für Shop\n") && text.contains("271828"), "{text}");
    let page = program.run(&["delivery", "preview", "magic-link", "--html"]).ok();
    assert!(page.starts_with("<!doctype html>") && page.contains("href=\"https://"), "{page}");
    let refused = program.run(&["delivery", "preview", "notice", "--happened", "nothing"]).refused();
    assert!(refused.contains("recoveryCodeUsed"), "{refused}");
}

#[test]
fn a_tenants_template_is_tried_out_when_it_is_set() {
    let program = Program::new();
    program.tenant();
    let set = |text: &str| {
        let settings = format!(r#"{{"messages": {{"templates": {{"emailCode": {{"en": {{"text": "{text}"}}}}}}}}}}"#);
        program.run(&["tenant", "update", "--settings", &settings])
    };
    set("Hi {{ name }}, {{ code }} it is.").ok();
    let shown = program.run(&["delivery", "preview", "email-code"]).ok();
    assert!(shown.ends_with("Hi Ada Lovelace, 271828 it is.\n"), "{shown}");
    for (text, word) in
        [("Hi {{ name }}", "{{ code }}"), ("{{ cod }}", "line 1"), ("{{ 'x' * 900000000 }}", "emailCode.en")]
    {
        let refused = set(text).refused();
        assert!(refused.contains(word), "{text}: {refused}");
    }
    assert!(program.run(&["delivery", "preview", "email-code"]).ok().contains("it is."), "the good one stays");
}
