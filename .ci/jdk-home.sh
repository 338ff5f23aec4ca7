# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# To be sourced: prints the home of an installed JDK of a feature release, or fails.
jdk_home() {
  local name home homes=()
  for name in JAVA_HOME "${!JAVA_HOME_@}"; do # the others, such as JAVA_HOME_17_X64, are those of GitHub's runners
    homes+=("${!name:-}")
  done
  for home in "${homes[@]}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] && [ "$("$home/bin/javac" -version 2>&1 | sed 's/[^0-9]*\([0-9]*\).*/\1/')" = "$1" ]; then
      printf '%s\n' "$home"
      return
    fi
  done
  echo "JDK $1 is not installed: looked at JAVA_HOME, JAVA_HOME_* and in /usr/lib/jvm" >&2
  return 1
}
