#!/bin/sh
# Installs the peers beside this file; the benchmark finds them there. The product never depends on them.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
echo "parsers of statements are ready: npm run bench -- statements"
