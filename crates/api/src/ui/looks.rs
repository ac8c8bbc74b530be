//! The tenant's looks on a page of ours: colours, corners and font, as a few custom properties of CSS. Every value was checked when
//! it was set, and none can end the style element that it stands in.

use std::fmt::Write as _;

use countersign_domain::prompt::{Color, Theme};

/// What the sheet is in light and dark mode, as in page.css.
const SHEET: [&str; 2] = ["#fff", "#1c201f"];
/// What the page is in dark mode, as in page.css.
const GROUND: &str = "#131615";

/// The style that lies over ours; empty where the tenant wants nothing of its own.
pub(super) fn style(theme: &Theme) -> String {
    let mut light = brand(SHEET[0], theme.primary.as_ref(), theme.on_primary.as_ref());
    // Who names one colour means both modes.
    let on = theme.on_primary_dark.as_ref().or(theme.on_primary.as_ref().filter(|_| theme.primary_dark.is_none()));
    let mut dark = brand(SHEET[1], theme.primary_dark.as_ref().or(theme.primary.as_ref()), on);
    if let Some(ground) = &theme.background {
        let _ = write!(light, "--ground:{};", ground.as_str());
        // This style comes after ours, whose dark ground it must not take the place of.
        let _ = write!(dark, "--ground:{};", theme.background_dark.as_ref().map_or(GROUND, Color::as_str));
    } else if let Some(ground) = &theme.background_dark {
        let _ = write!(dark, "--ground:{};", ground.as_str());
    }
    if let Some(radius) = theme.radius {
        let _ = write!(light, "--radius:{radius}px;");
    }
    if let Some(font) = &theme.font {
        let _ = write!(light, "--font:{};", font.as_str());
    }
    let mut style = String::new();
    if !light.is_empty() {
        let _ = write!(style, ":root{{{light}}}");
    }
    if !dark.is_empty() {
        let _ = write!(style, "@media (prefers-color-scheme:dark){{:root{{{dark}}}}}");
    }
    style
}

/// Properties of one mode. A colour that cannot be read on the sheet stays on the button, which then gets an edge.
fn brand(sheet: &str, primary: Option<&Color>, on: Option<&Color>) -> String {
    let Some(color) = primary.map(Color::as_str) else { return String::new() };
    let on = on.map_or_else(|| readable_on(color), Color::as_str);
    let (accent, edge) =
        if contrast(color, sheet) < READABLE { ("var(--ink)", "var(--field-line)") } else { (color, "transparent") };
    format!("--brand:{color};--on-brand:{on};--accent:{accent};--edge:{edge};")
}

/// WCAG 2.2: the least contrast of text with what is behind it (1.4.3).
const READABLE: f64 = 4.5;

/// Black or white, whichever reads better on a colour.
fn readable_on(ground: &str) -> &'static str {
    if contrast("#fff", ground) >= contrast("#000", ground) { "#fff" } else { "#000" }
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2, definitions): 0 is black, 1 white.
fn luminance(color: &str) -> f64 {
    let digits: Vec<u32> = color.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let channel = |place: usize| {
        let byte = match *digits {
            [red, green, blue] => [red, green, blue][place] * 17,
            _ => digits.get(2 * place).zip(digits.get(2 * place + 1)).map_or(0, |(high, low)| high * 16 + low),
        };
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

#[cfg(test)]
mod tests {
    use super::super::page::STYLE;
    use super::*;

    fn of(theme: &str) -> String {
        style(&serde_json::from_str(theme).unwrap())
    }

    #[test]
    fn contrast_is_what_the_standard_computes() {
        for (one, other, ratio) in
            [("#000", "#ffffff", 21.0), ("#fff", "#fff", 1.0), ("#777777", "#fff", 4.48), ("#f00", "#000", 5.25)]
        {
            assert!((contrast(one, other) - ratio).abs() < 0.01, "{one} on {other}: {}", contrast(one, other));
        }
    }

    #[test]
    fn whatever_the_colour_the_button_can_be_read() {
        for color in ["#fff", "#ffd400", "#ff7a00", "#00b894", "#757575", "#0057ff", "#1c201f", "#000"] {
            assert!(contrast(readable_on(color), color) >= READABLE, "{color}");
        }
        assert_eq!(
            of(r##"{"primary":"#ffd400"}"##),
            ":root{--brand:#ffd400;--on-brand:#000;--accent:var(--ink);--edge:var(--field-line);}\
             @media (prefers-color-scheme:dark){:root{--brand:#ffd400;--on-brand:#000;--accent:#ffd400;--edge:transparent;}}"
        );
    }

    #[test]
    fn what_is_not_set_stays_ours() {
        assert_eq!(of("{}"), "");
        assert_eq!(of(r#"{"radius":4,"font":"Inter, Noto Sans"}"#), ":root{--radius:4px;--font:Inter, Noto Sans;}");
        assert!(of(r##"{"background":"#fff7cc"}"##).ends_with("dark){:root{--ground:#131615;}}"));
        assert!(STYLE.contains(&format!("--ground:{GROUND}")) && SHEET.iter().all(|sheet| STYLE.contains(sheet)));
    }
}
