//! Black-box tests: credentials made by a software authenticator that is not ours to change, verified through the public
//! interface. A test that refuses changes one thing of a ceremony that passes, and names the step that has to notice.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod attestation;
#[cfg(test)]
mod authenticator_data;
#[cfg(test)]
mod cbor_form;
#[cfg(test)]
mod ceremony;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod chains;
#[cfg(test)]
mod client_data;
#[cfg(test)]
mod client_data_form;
#[cfg(test)]
mod counters;
#[cfg(test)]
mod embedding;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod identifiers;
#[cfg(test)]
mod json_form;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod random;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod vectors;
