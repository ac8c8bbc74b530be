//! What can be run.

pub(crate) mod all;
pub(crate) mod codes;
pub(crate) mod flood;
pub(crate) mod growth;
pub(crate) mod overload;
pub(crate) mod pages;
pub(crate) mod rivals;
pub(crate) mod sign_in;
pub(crate) mod soak;
pub(crate) mod timing;
