//! countersign-domain
