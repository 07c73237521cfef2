#!/bin/bash
# isa_symbols.sh NAMESPACE OBJECT...: no symbol that the linker may share with other objects holds vector instructions,
# unless it lies in NAMESPACE. Else an older processor could be handed, say, an AVX-512 copy of an inline std function.
set -euo pipefail
namespace=$1
shift
bad=0
for object in "$@"; do
  symbols=$(nm --demangle --defined-only "$object")
  shared=$(sed -n 's/^[0-9a-f]* [WVu] //p' <<<"$symbols" | grep -vF "kernels::$namespace::" || true)
  [ -n "$shared" ] || continue
  found=$(objdump --disassemble --demangle --no-show-raw-insn "$object" | SHARED=$shared awk '
    BEGIN { n = split(ENVIRON["SHARED"], list, "\n"); for (i = 1; i <= n; ++i) shared[list[i]] = 1 }
    /^[0-9a-f]+ <.*>:$/ { name = $0; sub(/^[0-9a-f]+ </, "", name); sub(/>:$/, "", name) }
    (name in shared) && $2 ~ /^v/ { print name ": " $2; delete shared[name] }')
  if [ -n "$found" ]; then
    echo "$object: $found"
    bad=1
  fi
done
exit $bad
