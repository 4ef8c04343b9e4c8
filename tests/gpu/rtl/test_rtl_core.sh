#!/bin/bash
# The core's Icarus benches, as a suite of `make test`.
exec "$(dirname "$0")/core/run.sh" "${O:-build}"
