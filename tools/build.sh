# Sourced by the tools. build PRESET [TARGET ...] configures and builds build/PRESET, quietly unless something fails.
build() {
  preset=$1
  shift
  mkdir -p "build/$preset"
  log=build/$preset/configure.log
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  ninja -C "build/$preset" "$@"
}
