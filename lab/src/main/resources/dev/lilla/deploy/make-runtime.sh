#!/bin/sh
# Makes a Java of just the modules that Lilla needs, in runtime/ or the folder given. Needs a JDK 25 or later.
set -eu

folder=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
"${JAVA_HOME:+$JAVA_HOME/bin/}jlink" \
    --add-modules @modules@ \
    --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
    --output "${1:-$folder/runtime}"
