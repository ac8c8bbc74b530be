//! countersign-db
