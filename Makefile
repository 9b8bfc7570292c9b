# Everything runs on Node 24 from node_modules; `make` alone lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check unit e2e e2e-long e2e-old faults faults-mutations faults-snapshots faults-restore node-oldest world bench bench-restore bench-outage bench-preview package toolchain sandbox sandbox-down

NODE := node_modules/.bin/node
INSTALLED := node_modules/.package-lock.json

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1|\2/' | column -t -s '|'

demo: $(INSTALLED) toolchain ## A real migration, start to end, on the sandbox (2 to 4 minutes; the first time 35 more to build the toolchain)
	@$(NODE) sandbox/demo/run-demo.ts

test: $(INSTALLED) toolchain ## Every check and test (35 minutes; the first time 35 more to build the toolchain)
	@$(NODE) test/run-suites.ts static unit stand-in e2e

check: $(INSTALLED) ## Formatting, linting, layers, types
	@$(NODE) test/run-suites.ts static

unit: $(INSTALLED) ## The unit tests and the short fault suite alone (5 minutes)
	@$(NODE) test/run-suites.ts unit

e2e: $(INSTALLED) toolchain ## The end-to-end tests on the sandbox alone (FILES=... for some of them)
	@$(NODE) test/run-suites.ts e2e $(FILES)

e2e-long: $(INSTALLED) toolchain ## Migrations killed in each phase, an etcd that is lost and restored while a client uses it, an earlier version's stack, a proxy, on the sandbox (an hour)
	@$(NODE) test/run-suites.ts e2e-long

e2e-old: $(INSTALLED) toolchain ## Install, migrate, roll back, destroy and least privilege on Kubernetes 1.14 and 1.16 (25 minutes, on a busy machine twice that; the first time 12 more to build those; FILES=...)
	@$(NODE) test/run-suites.ts e2e-old $(FILES)

faults: $(INSTALLED) ## 1,000 schedules of random faults and kills, checked independently (20 minutes; SEED=..., COUNT=...)
	@SEED=$(or $(SEED),1) COUNT=$(or $(COUNT),1000) $(NODE) test/faults/run-schedules.ts

faults-mutations: $(INSTALLED) ## Without the guard, the pinned revision or the verification the fault suite must turn red (1 minute)
	@$(NODE) test/faults/mutations.ts

faults-snapshots: $(INSTALLED) ## 1,000 snapshots' files, each spoilt in its own way: none is read as other keys than it had (1 minute; SEED=..., COUNT=...)
	@SEED=$(or $(SEED),1) COUNT=$(or $(COUNT),1000) $(NODE) test/faults/read-spoilt-snapshots.ts

faults-restore: $(INSTALLED) ## Snapshots of etcd 3.4 and 3.6 with 100,000 keys: read by ours as etcd's own restore reads them (2 minutes; KEYS=...)
	@$(NODE) test/faults/compare-snapshots.ts

node-oldest: $(INSTALLED) toolchain ## The unit tests and a whole migration on the oldest Node that is allowed (12 minutes, on a busy machine twice that)
	@$(NODE) test/oldest-node/run-on-oldest-node.ts unit e2e test/e2e/migration.test.ts

world: $(INSTALLED) toolchain ## 200 acts of an administrator, and after each whether the plan, the run and the state agree (an hour and a half; SEED=..., COUNT=..., FIRST=..., LIE=plan|serving|key)
	@SEED=$(or $(SEED),1) FIRST=$(or $(FIRST),1) COUNT=$(or $(COUNT),200) LIE=$(LIE) $(NODE) test/world/world-on-sandbox.ts

bench: $(INSTALLED) ## Measure the copy against other tools (an hour and a half; with QUICK=1 two minutes: see bench/README.md)
	@$(NODE) bench/copy-benchmark.ts
	@$(NODE) bench/restore/restore-benchmark.ts

bench-restore: $(INSTALLED) ## Its last part alone: a snapshot restored by us and by etcdctl (20 minutes; QUICK=1 half a one)
	@$(NODE) bench/restore/restore-benchmark.ts

bench-outage: $(INSTALLED) toolchain ## Measure how long Trident is away, ours against the vendor's procedure (25 minutes; QUICK=1 five)
	@$(NODE) bench/outage/outage-benchmark.ts

bench-preview: $(INSTALLED) toolchain ## Measure pulumi preview with few keys, many and no plan, and an up without changes (6 minutes; QUICK=1 two)
	@$(NODE) bench/preview/preview-benchmark.ts

package: $(INSTALLED) ## The library as npm packages, ready to be published (build/*.tgz; 20 seconds)
	@$(NODE) package/build-packages.ts --pack

toolchain: $(INSTALLED) ## Build what the machine lacks: pulumi, its plugins, Kubernetes (once; cached outside the checkout)
	@$(NODE) sandbox/toolchain/build-toolchain.ts

sandbox: $(INSTALLED) toolchain ## Start the one-node Kubernetes on this machine (KUBERNETES=1.14 or 1.16 for an old one, built on first use)
	@$(NODE) sandbox/start-sandbox.ts $(KUBERNETES)

sandbox-down: $(INSTALLED) ## Stop it and check that nothing of it is left
	@$(NODE) sandbox/stop-sandbox.ts

$(INSTALLED): package.json package-lock.json migration/package.json
	@bash sandbox/install-npm-packages.sh
	@touch $@
