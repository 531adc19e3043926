# Every task of the project by name. Each target is a few lines over cargo or one script in scripts/, so that everything
# can also be run by hand.

SHELL := bash
.DEFAULT_GOAL := help
# rustup puts cargo here; a shell that was open during its installation does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Where `make install` puts the binary (PREFIX/bin) and the completions (PREFIX/share).
PREFIX ?= $(HOME)/.local

.PHONY: help run test lint fmt audit bench editors dashboard install uninstall setup clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: setup ## Build DevMentor, index this repository and open it in Neovim
	@bash scripts/run.sh

test: setup ## Run every test
	@bash scripts/test.sh

lint: setup ## Check format, lints, dependency rules and shell scripts
	@bash scripts/lint.sh

fmt: ## Format the Rust code
	cargo fmt --all

audit: ## Check dependencies against the RustSec advisories (needs the network and cargo-deny)
	cargo deny --workspace check advisories

bench: setup ## Run the benchmarks and print their table
	@bash bench/run.sh

editors: setup ## Run the language server in real editors, every message checked against the protocol
	@bash scripts/editors.sh

dashboard: setup ## Build the dashboard and try it in Chromium
	@bash scripts/dashboard.sh

install: setup ## Install devmentor and its shell completions below PREFIX (~/.local)
	@bash scripts/install.sh "$(PREFIX)"

uninstall: ## Remove what `make install` put below PREFIX
	@bash scripts/install.sh --remove "$(PREFIX)"

setup: ## Install what a build needs and this machine lacks
	@bash scripts/setup.sh

clean: ## Remove everything that was built
	cargo clean
