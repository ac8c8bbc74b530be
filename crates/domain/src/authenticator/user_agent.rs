//! A reading of `User-Agent` in the shape that clients of the Client API expect (docs/reference/authsignal.md §3.8).
//! For showing which device a factor came from, never for deciding. Why it is ours: docs/adr/0007-user-agent.md.

/// What a user agent says of itself. Empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParsedUserAgent {
    /// The text as it came.
    pub ua: String,
    /// Name and version of the browser.
    pub browser: Option<Browser>,
    /// Model, type, vendor of the device.
    pub device: Device,
    /// Name and version of the rendering engine.
    pub engine: Option<(String, Option<String>)>,
    /// Name and version of the operating system.
    pub os: Option<(String, Option<String>)>,
    /// `amd64`, `arm64`, …
    pub architecture: Option<&'static str>,
}

/// A browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Such as "Chrome".
    pub name: String,
    /// Such as "131.0.0.0".
    pub version: String,
}

impl Browser {
    /// The version up to its first dot.
    pub fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// Such as "iPhone" or "Pixel 9".
    pub model: Option<String>,
    /// `mobile` or `tablet`; desktops say nothing.
    pub kind: Option<&'static str>,
    /// Such as "Apple".
    pub vendor: Option<&'static str>,
}

/// Product tokens in the order in which they decide: many browsers also call themselves Chrome or Safari.
const BROWSERS: &[(&str, &str)] = &[
    ("EdgiOS/", "Edge"),
    ("EdgA/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("CriOS/", "Mobile Chrome"),
    ("FxiOS/", "Mobile Firefox"),
    ("HeadlessChrome/", "Chrome Headless"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
];

/// Reads a user agent.
pub fn parse(ua: &str) -> ParsedUserAgent {
    let os = operating_system(ua);
    ParsedUserAgent {
        ua: ua.to_owned(),
        browser: browser(ua),
        device: device(ua),
        engine: engine(ua),
        architecture: architecture(ua),
        os,
    }
}

fn browser(ua: &str) -> Option<Browser> {
    let named = BROWSERS.iter().find_map(|(token, name)| Some(((*name).to_owned(), version_after(ua, token)?)));
    let safari = || {
        let name = if ua.contains("Mobile/") { "Mobile Safari" } else { "Safari" };
        ua.contains("Safari/")
            .then(|| version_after(ua, "Version/"))
            .flatten()
            .map(|version| (name.to_owned(), version))
    };
    let (name, version) = named.or_else(safari)?;
    let mobile_chrome = name == "Chrome" && ua.contains("Mobile");
    Some(Browser { name: if mobile_chrome { "Mobile Chrome".to_owned() } else { name }, version })
}

fn engine(ua: &str) -> Option<(String, Option<String>)> {
    let engine = |name: &str, version| Some((name.to_owned(), version));
    if ua.contains("Firefox/") && ua.contains("Gecko/") {
        return engine("Gecko", version_after(ua, "rv:"));
    }
    let on_ios = ua.contains("iPhone") || ua.contains("iPad");
    match version_after(ua, "Chrome/") {
        Some(version) if !on_ios => engine("Blink", Some(version)),
        _ => version_after(ua, "AppleWebKit/").and_then(|version| engine("WebKit", Some(version))),
    }
}

fn operating_system(ua: &str) -> Option<(String, Option<String>)> {
    let os = |name: &str, version: Option<String>| Some((name.to_owned(), version));
    if ua.contains("iPhone OS ") || (ua.contains("iPad") && ua.contains("CPU OS ")) {
        let token = if ua.contains("iPhone OS ") { "iPhone OS " } else { "CPU OS " };
        return os("iOS", version_after(ua, token).map(|version| version.replace('_', ".")));
    }
    if ua.contains("Windows NT ") {
        let version = version_after(ua, "Windows NT ");
        return os("Windows", version.map(|nt| if nt == "10.0" { "10".to_owned() } else { nt }));
    }
    if ua.contains("Android") {
        return os("Android", version_after(ua, "Android "));
    }
    if ua.contains("Mac OS X") {
        return os("macOS", version_after(ua, "Mac OS X ").map(|version| version.replace('_', ".")));
    }
    if ua.contains("CrOS ") {
        return os("Chrome OS", None);
    }
    if ua.contains("Linux") { os("Linux", None) } else { None }
}

fn device(ua: &str) -> Device {
    for (token, kind) in [("iPhone", "mobile"), ("iPad", "tablet")] {
        if ua.contains(token) {
            return Device { model: Some(token.to_owned()), kind: Some(kind), vendor: Some("Apple") };
        }
    }
    if ua.contains("Macintosh") {
        return Device { model: Some("Macintosh".to_owned()), kind: None, vendor: Some("Apple") };
    }
    let Some(android) = ua.split_once("Android ").map(|(_, rest)| rest) else { return Device::default() };
    let inside = android.split(')').next().unwrap_or_default();
    let model = inside.split(';').nth(1).map(|text| text.split(" Build/").next().unwrap_or(text).trim());
    let model = model.filter(|model| !model.is_empty() && *model != "K" && !model.starts_with("rv:"));
    let vendor = model.and_then(|model| match model {
        model if model.starts_with("SM-") => Some("Samsung"),
        model if model.starts_with("Pixel") => Some("Google"),
        _ => None,
    });
    let kind = if ua.contains("Mobile") { "mobile" } else { "tablet" };
    Device { model: model.map(str::to_owned), kind: Some(kind), vendor }
}

fn architecture(ua: &str) -> Option<&'static str> {
    let any = |tokens: &[&str]| tokens.iter().any(|token| ua.contains(token));
    match () {
        () if any(&["x86_64", "Win64", "WOW64", "x64;", "amd64"]) => Some("amd64"),
        () if any(&["aarch64", "arm64", "ARM64"]) => Some("arm64"),
        () if any(&["armv7", "armv8l", "armv6"]) => Some("armhf"),
        () if any(&["i686", "i386"]) => Some("ia32"),
        () => None,
    }
}

/// The version that follows a token: digits, dots and underscores.
fn version_after(ua: &str, token: &str) -> Option<String> {
    let rest = ua.split_once(token)?.1;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(ua: &str) -> String {
        let parsed = parse(ua);
        let browser = parsed.browser.map(|browser| format!("{} {}", browser.name, browser.major())).unwrap_or_default();
        let (os, version) = parsed.os.unwrap_or_default();
        let engine = parsed.engine.map(|(name, _)| name).unwrap_or_default();
        let device = parsed.device.model.unwrap_or_default();
        format!("{browser} | {os} {} | {engine} | {device}", version.unwrap_or_default())
    }

    #[test]
    fn reads_the_common_agents() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let table = [
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/131.0.0.0 Safari/537.36"), "Chrome 131 | Windows 10 | Blink | "),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.1"), "Edge 131 | Windows 10 | Blink | "),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1".into(), "Mobile Safari 18 | iOS 18.1 | WebKit | iPhone"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15".into(), "Safari 18 | macOS 10.15.7 | WebKit | Macintosh"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".into(), "Firefox 132 | Linux  | Gecko | "),
            (format!("Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP4A) {webkit} Chrome/131.0.0.0 Mobile Safari/537.36"), "Mobile Chrome 131 | Android 15 | Blink | Pixel 9"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/131.0.0.0 Mobile Safari/537.36"), "Mobile Chrome 131 | Android 10 | Blink | "),
        ];
        for (ua, expected) in table {
            assert_eq!(brief(&ua), expected, "{ua}");
        }
        assert_eq!(parse("Mozilla/5.0 (X11; Linux x86_64; rv:132.0)").architecture, Some("amd64"));
    }

    #[test]
    fn takes_anything_without_complaint() {
        for ua in ["", "curl/8.5.0", "Android ", "Android ;", "Chrome/", "Mac OS X é/🦀", "Version/", "iPhone OS _"]
        {
            assert_eq!(parse(ua).ua, ua);
        }
    }
}
