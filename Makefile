# run · test · soak · lint · web · schema · bench
.PHONY: run test soak lint web schema bench

WEB_SOURCES := $(shell find apps packages -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
PAGES := apps/demo/dist/index.html apps/docs/dist/index.html apps/ui/dist/index.html

# The server with an embedded database, caught e-mails and the demo shop, on http://localhost:8080.
# A debug build: it compiles in a fraction of the time and serves the pages from disk.
run: web
	cargo run -p countersign-server -- serve --dev

# Everything, with one closing line: N passed, N failed.
test:
	.ci/test

# Kills the server a thousand times on SQLite, a hundred times on PostgreSQL, and the storage layer five hundred times.
# KILLS=… and KILL_SEED=… choose otherwise.
soak:
	KILLS=$(or $(KILLS),1000) cargo test -p countersign-server --test it kill:: -- --nocapture
	COUNTERSIGN_DB_CRASHES=500 cargo test -p countersign-db --test it crash

lint: node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	npm run --silent format
	npm run --silent typecheck

# The pages that the binary carries, built only when something they are made of has changed.
web: $(PAGES)
$(PAGES) &: node_modules/.package-lock.json $(WEB_SOURCES)
	npm run --silent build

node_modules/.package-lock.json: package-lock.json
	PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci
	touch $@

# Writes schema/*.json from the code; without UPDATE_SCHEMA the same test compares.
schema:
	UPDATE_SCHEMA=1 cargo test -p countersign-api schema

# Whole sign-ins on the release binary (bench/README.md), then the storage layer alone. QUICK=1 takes two minutes.
bench: web
	npm run --silent size --workspace apps/ui
	cargo build --release -p countersign-server -p countersign-bench
	$(or $(CARGO_TARGET_DIR),target)/release/countersign-bench all $(if $(QUICK),--quick)
	cargo run --release -p countersign-db --example measure
