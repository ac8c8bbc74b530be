//! countersign-api
