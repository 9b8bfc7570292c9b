#!/usr/bin/env bash
# Installs the npm packages, and npm itself from Debian's packages where the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm > /dev/null; then
  if ! command -v apt-get > /dev/null; then
    echo "npm was not found: install Node.js (22.19 or newer) with npm, then run make again." >&2
    exit 1
  fi
  echo "==> npm was not found: installing Debian's nodejs and npm (1 minute)"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends nodejs npm
fi

echo "==> npm ci: the npm packages, Node 24 among them (1 minute)"
# The machine's own Node only runs npm here; what needs the newer one runs on node_modules/.bin/node.
npm ci --no-audit --no-fund 2>&1 | grep -v EBADENGINE || [ "${PIPESTATUS[0]}" -eq 0 ]
node_modules/.bin/node --version > /dev/null || {
  echo "node_modules/.bin/node does not run: npm skipped the install script of the package 'node'. Allow it: npm install-scripts approve node" >&2
  exit 1
}
