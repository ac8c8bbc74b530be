//! The inbox as a page: one card a message, the code or link large, everything else quiet.

use std::fmt::Write as _;

use countersign_domain::delivery::{Caught, Channel};

/// All messages, newest first.
pub(super) fn list(messages: &[Caught]) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Inbox</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/dev/inbox.css\">\n<script src=\"/dev/inbox.js\" defer></script>\n</head>\n<body>\n\
         <header><h1>Inbox</h1><p>What this server would have sent. Nothing leaves this machine.</p></header>\n\
         <main aria-live=\"polite\">\n",
    );
    if messages.is_empty() {
        page.push_str(
            "<p class=\"empty\">No message yet. A code or link appears here as soon as one is asked for.</p>\n",
        );
    }
    for caught in messages {
        // Writing to a string does not fail.
        let _written = card(&mut page, caught);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// A message in addresses: its id without what follows `@`.
pub(super) fn key(caught: &Caught) -> &str {
    caught.id.split('@').next().unwrap_or_default()
}

fn card(page: &mut String, caught: &Caught) -> std::fmt::Result {
    let way = match caught.channel {
        Channel::Email => "E-mail",
        Channel::Sms => "SMS",
        Channel::Whatsapp => "WhatsApp",
    };
    let at = caught.at.rfc3339();
    writeln!(page, "<article data-id=\"{}\" data-kind=\"{}\">", escaped(key(caught)), escaped(caught.kind))?;
    let receiver = match &caught.name {
        Some(name) => format!("<bdi>{}</bdi> <bdi class=\"quiet\">{}</bdi>", escaped(name), escaped(&caught.to)),
        None => format!("<bdi>{}</bdi>", escaped(&caught.to)),
    };
    let short = at.get(11..19).unwrap_or_default();
    writeln!(
        page,
        "<div class=\"line\"><span class=\"way\">{way}</span><span class=\"to\">{receiver}</span><time datetime=\"{at}\">{short}</time></div>"
    )?;
    if let Some(subject) = &caught.subject {
        writeln!(page, "<h2 dir=\"auto\">{}</h2>", escaped(subject))?;
    }
    if let Some(code) = &caught.code {
        let code = escaped(code);
        writeln!(
            page,
            "<p class=\"do\"><output class=\"code\">{code}</output><button type=\"button\" data-copy=\"{code}\">Copy</button></p>"
        )?;
    }
    if let Some(link) = &caught.link {
        let link = escaped(link);
        writeln!(
            page,
            "<p class=\"do\"><a class=\"link\" href=\"{link}\">Open link</a><button type=\"button\" data-copy=\"{link}\">Copy</button></p>\n<p class=\"url\">{link}</p>"
        )?;
    }
    writeln!(page, "<details><summary>Text</summary><pre dir=\"auto\">{}</pre></details>", escaped(&caught.text))?;
    if caught.html.is_some() {
        let key = escaped(key(caught));
        writeln!(
            page,
            "<details class=\"mail\"><summary>Page</summary><iframe loading=\"lazy\" title=\"The e-mail as a page\" src=\"/dev/inbox/{key}/page\"></iframe></details>"
        )?;
    }
    page.push_str("</article>\n");
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
