//! E-mail by SMTP (RFC 5321): lettre on rustls.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use countersign_domain::delivery::{Carrying, Email, Mailbox, Mailer, Refusal};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// For each step of the conversation; the whole attempt ends after twenty seconds (docs/adr/0019-outbox.md).
const STEP: Duration = Duration::from_secs(15);
/// Connections kept, and for how long without use: servers close them after a few minutes.
const CONNECTIONS: u32 = 4;
const IDLE: Duration = Duration::from_secs(30);

/// How the way to the server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// This machine: STARTTLS where it is offered, whoever signed the certificate.
    Loopback,
}

/// A mail server.
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    /// From `email.smtp_url`; `hello` is the name that the server is greeted with. Nothing is connected yet.
    pub(super) fn open(url: &Url, hello: &str) -> Result<Self> {
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" if is_loopback(url) => (Security::Loopback, 587),
            "smtp" => (Security::StartTls, 587),
            other => bail!("email.smtp_url begins with {other}://, and is smtp:// (STARTTLS) or smtps:// (TLS)"),
        };
        Self::with(url, security, port, hello)
    }

    fn with(url: &Url, security: Security, port: u16, hello: &str) -> Result<Self> {
        let host = url.host_str().filter(|host| !host.is_empty()).context("email.smtp_url names no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.query().is_some() {
            bail!("email.smtp_url ends with host and port");
        }
        let parameters = || match security {
            // Who could answer here in another's name could read what is sent without TLS, too.
            Security::Loopback => TlsParameters::builder(host.clone())
                .dangerous_accept_invalid_certs(true)
                .dangerous_accept_invalid_hostnames(true)
                .build(),
            Security::Tls | Security::StartTls => TlsParameters::new(host.clone()),
        };
        let parameters = parameters().context("TLS for email.smtp_url cannot be set up")?;
        let tls = match security {
            Security::Tls => Tls::Wrapper(parameters),
            Security::StartTls => Tls::Required(parameters),
            Security::Loopback => Tls::Opportunistic(parameters),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(STEP))
            .hello_name(ClientId::Domain(hello.to_owned()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
        if !url.username().is_empty() {
            let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let password = decoded(url.password().unwrap_or_default());
            builder = builder.credentials(Credentials::new(decoded(url.username()), password));
        }
        Ok(Self { transport: builder.build() })
    }
}

impl Smtp {
    /// Connects, shows name and password, and sends nothing. `Err` says what went wrong.
    pub(super) async fn greet(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it closed the connection".to_owned()),
            Err(error) => Err(refusal(&error).reason),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    // A scheme that the standard does not know leaves an address as text.
    let text = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => text == "localhost" || text.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

impl Mailer for Smtp {
    fn send(&self, email: Email) -> Carrying {
        let transport = self.transport.clone();
        Box::pin(async move {
            let message = written(&email)?;
            transport.send(message).await.map(drop).map_err(|error| refusal(&error))
        })
    }
}

/// The message as it travels. Every value goes through lettre's types, which encode what a header cannot hold.
fn written(email: &Email) -> Result<Message, Refusal> {
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(email.date.0).unwrap_or_default());
    let mut message = Message::builder()
        .from(mailbox(&email.from)?)
        .to(mailbox(&email.to)?)
        .subject(email.subject.clone())
        .date(date)
        .message_id(Some(format!("<{}>", email.message_id)))
        // RFC 3834: no vacation notice answers a code.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"))
        .raw_header(raw("Content-Language", &email.locale));
    if let Some(reply_to) = &email.reply_to {
        message = message.reply_to(mailbox(reply_to)?);
    }
    let parts = MultiPart::alternative()
        .singlepart(SinglePart::plain(email.text.expose().to_owned()))
        .singlepart(SinglePart::html(email.html.expose().to_owned()));
    message.multipart(parts).map_err(|_| Refusal::permanent("the message cannot be written"))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn mailbox(of: &Mailbox) -> Result<lettre::message::Mailbox, Refusal> {
    let address = of.address.rsplit_once('@').and_then(|(user, domain)| Address::new(user, domain).ok());
    let address = address.ok_or_else(|| Refusal::permanent("an address that no mail server takes"))?;
    // lettre encodes what a header cannot hold, but panics at a line break in a name.
    let name = of.name.as_ref().map(|name| name.replace(char::is_control, " "));
    Ok(lettre::message::Mailbox::new(name, address))
}

/// What went wrong, by numbers and by the words of this machine's libraries: a server's own words may hold the address.
fn refusal(error: &lettre::transport::smtp::Error) -> Refusal {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        // Our credentials, not the message: somebody will put them right.
        let is_ours = matches!(code, 530 | 534 | 535 | 538);
        let reason = format!("SMTP {code}");
        return if error.is_permanent() && !is_ours { Refusal::permanent(reason) } else { Refusal::temporary(reason) };
    }
    if error.is_timeout() {
        return Refusal::temporary("the mail server did not answer in time");
    }
    if error.is_response() {
        return Refusal::temporary("the mail server's answer was not understood");
    }
    let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_tls() {
        return Refusal::temporary(format!("TLS with the mail server: {why}"));
    }
    Refusal::temporary(format!("the mail server: {why}"))
}

#[cfg(test)]
mod tests;
