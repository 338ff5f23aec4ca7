# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# To be sourced: prints the home of the JDK of a feature release that is installed, or fails.
jdk_home() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] && [ "$("$home/bin/javac" -version 2>&1 | sed 's/[^0-9]*\([0-9]*\).*/\1/')" = "$1" ]; then
      printf '%s\n' "$home"
      return
    fi
  done
  echo "JDK $1 is not installed: looked at JAVA_HOME and in /usr/lib/jvm" >&2
  return 1
}
