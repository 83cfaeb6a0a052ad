#!/bin/sh
# The browser tests drive Debian's Chromium: install it when we may, else name the one line to run.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null
else
    echo "The browser tests need Chromium:  sudo apt-get install chromium" >&2
    exit 1
fi
