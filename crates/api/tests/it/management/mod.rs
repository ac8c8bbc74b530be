//! The Management API (docs/reference/management.md).

mod door;
mod messages;
mod preview;
mod races;
mod theme;

/// A picture of one pixel, as a data URL.
const LOGO: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
