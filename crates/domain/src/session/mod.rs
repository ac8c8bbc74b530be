//! Sessions: an access token that ends soon, and a refresh token that is exchanged for the next (decisions §2).

mod settings;

pub use settings::SessionSettings;
