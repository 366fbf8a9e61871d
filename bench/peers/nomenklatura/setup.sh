#!/bin/sh
# Installs the peer into its own environment beside this file; the benchmark finds it there.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet --requirement requirements.txt
echo "nomenklatura is ready: npm run bench -- screening"
