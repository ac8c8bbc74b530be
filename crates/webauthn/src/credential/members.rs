//! Members of a JSON object, each with the path that a refusal names.

use serde_json::{Map, Value};

use crate::{Attachment, Reason, Refusal, Step, base64url};

/// A JSON object of which members are asked.
pub(super) struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    pub(super) fn of(credential: &'a Value) -> Result<Self, Refusal> {
        object("the credential", credential)
    }

    /// `rawId`, once `type` and `id` are found to be as they have to.
    pub(super) fn raw_id(&self) -> Result<Vec<u8>, Refusal> {
        if self.text("type", "type")? != "public-key" {
            return Err(refuse(Reason::MemberInvalid { member: "type", expected: "\"public-key\"" }));
        }
        let raw_id = self.bytes("rawId", "rawId")?;
        // rawId is strict base64url, which has one text for each value.
        if self.text("id", "id")? != self.text("rawId", "rawId")? {
            return Err(refuse(Reason::IdMismatch));
        }
        Ok(raw_id)
    }

    pub(super) fn response(&self) -> Result<Self, Refusal> {
        object("response", self.required("response", "response")?)
    }

    /// `authenticatorAttachment`; an unknown value means that nothing is said (§5.1).
    pub(super) fn attachment(&self) -> Option<Attachment> {
        match self.0.get("authenticatorAttachment")?.as_str()? {
            "platform" => Some(Attachment::Platform),
            "cross-platform" => Some(Attachment::CrossPlatform),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, name: &str, path: &'static str) -> Result<Vec<u8>, Refusal> {
        self.optional_bytes(name, path)?.ok_or_else(|| refuse(Reason::MemberMissing { member: path }))
    }

    pub(super) fn optional_bytes(&self, name: &str, path: &'static str) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let text = as_text(value, path)?;
        let bytes = base64url::decode(text);
        bytes.map(Some).map_err(|why| refuse(Reason::Base64UrlInvalid { member: path, why }))
    }

    /// The texts of an array; nothing when the member is not an array, and nothing for an item that is not a text.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let items = self.0.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(Value::as_str)
    }

    fn text(&self, name: &str, path: &'static str) -> Result<&'a str, Refusal> {
        as_text(self.required(name, path)?, path)
    }

    fn required(&self, name: &str, path: &'static str) -> Result<&'a Value, Refusal> {
        self.present(name).ok_or_else(|| refuse(Reason::MemberMissing { member: path }))
    }

    /// Clients written by hand send null for what they do not have.
    fn present(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

pub(super) fn refuse(reason: Reason) -> Refusal {
    Refusal::new(Step::CREDENTIAL_FORM, reason)
}

fn object<'a>(path: &'static str, value: &'a Value) -> Result<Members<'a>, Refusal> {
    let object = value.as_object();
    object.map(Members).ok_or_else(|| refuse(Reason::MemberInvalid { member: path, expected: "a JSON object" }))
}

fn as_text<'a>(value: &'a Value, path: &'static str) -> Result<&'a str, Refusal> {
    value.as_str().ok_or_else(|| refuse(Reason::MemberInvalid { member: path, expected: "a text" }))
}
