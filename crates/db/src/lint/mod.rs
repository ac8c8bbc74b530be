//! The rules that keep one text valid and safe on every engine, as pure checks of a text.
