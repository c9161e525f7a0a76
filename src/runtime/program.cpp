#include "runtime/program.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstring>

#include "core/log.h"
#include "core/spinning.h"
#include "luge/compile.h"
#include "runtime/arena.h"

namespace luge {
namespace {

std::atomic<bool> profiling{logging("kernels")};

// Leaves that are numbers get a line of their own, so that a kernel may read a whole vector there.
constexpr std::size_t cell = 128;

}  // namespace

void set_profiling(bool on) { profiling = on; }

// Where the temporaries of a run are. Programs without fallbacks have none on the host.
struct Program::Arenas {
  std::byte* device = nullptr;
  std::byte* host = nullptr;
  std::byte* at(bool on_host) const { return on_host ? host : device; }
  bool operator==(const Arenas&) const = default;
};

// Pointers in the order of the steps. Those into the arena change only when it moves; those of leaves and
// roots are set at each run through `patches`.
struct Program::RunTable {
  struct Patch {
    std::size_t slot;
    int value;
  };
  std::vector<void*> slots;
  std::vector<std::size_t> first_in, first_out;  // per step
  std::vector<Patch> arena_patches, patches;
  std::vector<void*> addresses;  // per value: of a leaf's or root's memory in this run, or of a constant
  Arenas arenas;
  std::unique_ptr<Buffer> cells;
  std::vector<StepTime> times;
  Status status;
};

Program::Program() = default;
Program::~Program() = default;

bool Program::crosses(const ProgramStep& step) const {
  const auto on_host = [&](const std::vector<int>& of) {
    return values[static_cast<std::size_t>(of[0])].on_host;
  };
  return !step.op && on_host(step.in) != on_host(step.out);
}

std::vector<StepTime> Program::times() const {
  const std::lock_guard lock(Arena::of(backend->memory()).mutex());
  return table_ ? table_->times : std::vector<StepTime>(steps.size());
}

namespace {

int base(const std::vector<ProgramValue>& values, int value) {
  while (values[static_cast<std::size_t>(value)].alias >= 0)
    value = values[static_cast<std::size_t>(value)].alias;
  return value;
}

}  // namespace

std::unique_ptr<Program::RunTable> Program::make_table() const {
  auto table = std::make_unique<RunTable>();
  const auto add = [&](int value) {
    table->slots.push_back(nullptr);
    if (value < 0) return;
    const int storage = base(values, value);
    const bool temporary = values[static_cast<std::size_t>(storage)].kind == ProgramValue::Kind::temporary;
    (temporary ? table->arena_patches : table->patches).push_back({table->slots.size() - 1, storage});
  };
  for (const ProgramStep& step : steps) {
    table->first_in.push_back(table->slots.size());
    for (int value : step.in) add(value);
    table->first_out.push_back(table->slots.size());
    for (int value : step.out) add(value);
  }
  table->addresses.assign(values.size(), nullptr);
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (values[v].kind == ProgramValue::Kind::constant && values[v].alias < 0) {
      table->addresses[v] = constants[static_cast<std::size_t>(values[v].index)]->data();
    }
  }
  table->cells = std::make_unique<Buffer>(cell * std::max<std::size_t>(inputs.size(), 1));
  table->times.resize(steps.size());
  return table;
}

void Program::bind_leaves(std::vector<BoundLeaf>& leaves) const {
  if (leaves.size() != inputs.size()) {
    throw GraphError(fmt::format("program: expected {} leaves, received {}", inputs.size(), leaves.size()));
  }
  const DeviceMemory& device = backend->memory();
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (inputs[k] < 0) continue;
    const ProgramValue& value = values[static_cast<std::size_t>(inputs[k])];
    const DeviceMemory& memory = value.on_host ? host_memory() : device;
    void*& address = table_->addresses[static_cast<std::size_t>(inputs[k])];
    if (leaves[k].buffer) {
      const Buffer& buffer = *leaves[k].buffer;
      if (!buffer.is(value.layout, memory) || buffer.bytes() < value.bytes) {
        throw GraphError(
            fmt::format("program: leaf {}: expected {} bytes in layout {} on {}, received {} in {} on {}", k,
                        value.bytes, value.layout, memory.device().to_string(), buffer.bytes(),
                        buffer.layout(), buffer.memory().device().to_string()));
      }
      address = leaves[k].buffer->data();
    } else {
      address = table_->cells->data() + cell * k;
      std::memcpy(address, leaves[k].words, sizeof leaves[k].words);
    }
  }
}

// Every buffer that escapes exists before the first step; a slot's own one when it is not used elsewhere.
std::vector<BufferRef> Program::allocate_roots(const std::vector<BoundLeaf>& leaves) const {
  std::vector<BufferRef> result(roots.size());
  for (std::size_t r = 0; r < roots.size(); ++r) {
    const int storage = base(values, roots[r]);
    const ProgramValue& value = values[static_cast<std::size_t>(storage)];
    const auto index = static_cast<std::size_t>(value.index);
    if (value.kind == ProgramValue::Kind::constant) {
      result[r] = constants[index];
    } else if (value.kind == ProgramValue::Kind::input) {
      result[r] = leaves[index].buffer;
      if (!result[r]) {
        result[r] = std::make_shared<Buffer>(value.bytes, value.layout);  // a number, which is on the host
        std::memcpy(result[r]->data(), leaves[index].words, value.bytes);
      }
    } else if (index == r) {
      const int leaf = replaces[r];
      const bool own = leaf >= 0 && leaves[static_cast<std::size_t>(leaf)].buffer &&
                       leaves[static_cast<std::size_t>(leaf)].buffer.use_count() == 1;
      result[r] = own ? leaves[static_cast<std::size_t>(leaf)].buffer
                      : std::make_shared<Buffer>(value.bytes, value.layout, backend->memory());
      table_->addresses[static_cast<std::size_t>(storage)] = result[r]->data();
    } else {
      result[r] = result[index];
    }
  }
  return result;
}

void Program::execute(const Arenas& arenas) const {
  RunTable& table = *table_;
  if (!(arenas == table.arenas)) {
    for (const auto& patch : table.arena_patches) {
      const ProgramValue& value = values[static_cast<std::size_t>(patch.value)];
      table.slots[patch.slot] = arenas.at(value.on_host) + value.offset;
    }
    table.arenas = arenas;
  }
  for (const auto& patch : table.patches)
    table.slots[patch.slot] = table.addresses[static_cast<std::size_t>(patch.value)];
  table.status.clear();
  const Stream stream = backend->stream();
  const auto wait = [&] {
    if (stream.handle) backend->synchronize(stream);
  };
  const bool timed = profiling.load(std::memory_order_relaxed);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const ProgramStep& step = steps[s];
    const KernelCall call{table.slots.data() + table.first_in[s], table.slots.data() + table.first_out[s],
                          arenas.at(step.on_host) + step.scratch_offset, &table.status,
                          step.on_host ? Stream{} : stream};
    if (timed) {
      const auto start = std::chrono::steady_clock::now();
      step.kernel->run(call);
      wait();
      table.times[s].seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      ++table.times[s].calls;
    } else {
      step.kernel->run(call);
    }
    if (!step.can_fail) continue;
    wait();
    if (table.status.failed()) step.op->fail(table.status.error(), {});
  }
}

void Program::prepare() const {
  if (!table_) table_ = make_table();
}

void Program::run_part(std::span<void* const> leaves, std::span<void* const> results,
                       std::byte* arena) const {
  prepare();
  std::vector<void*>& addresses = table_->addresses;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (inputs[k] >= 0) addresses[static_cast<std::size_t>(inputs[k])] = leaves[k];
  }
  const auto own = [&](std::size_t r) {
    const ProgramValue& storage = values[static_cast<std::size_t>(base(values, roots[r]))];
    return storage.kind == ProgramValue::Kind::output && static_cast<std::size_t>(storage.index) == r;
  };
  for (std::size_t r = 0; r < roots.size(); ++r) {
    if (own(r)) addresses[static_cast<std::size_t>(base(values, roots[r]))] = results[r];
  }
  execute({arena, nullptr});
  // A leaf, a constant, or what another root is as well.
  for (std::size_t r = 0; r < roots.size(); ++r) {
    const auto storage = static_cast<std::size_t>(base(values, roots[r]));
    if (!own(r) && values[storage].bytes) std::memcpy(results[r], addresses[storage], values[storage].bytes);
  }
}

std::vector<BufferRef> Program::run(std::vector<BoundLeaf>& leaves) const {
  Arena& arena = Arena::of(backend->memory());
  const std::lock_guard lock(arena.mutex());
  std::unique_lock<std::recursive_mutex> host_lock;
  if (backend->fallback()) host_lock = std::unique_lock(Arena::of(host_memory()).mutex());
  if (!table_) table_ = make_table();
  bind_leaves(leaves);
  std::vector<BufferRef> result = allocate_roots(leaves);
  Arenas arenas{arena.reserve(arena_bytes), nullptr};
  if (backend->fallback()) arenas.host = Arena::of(host_memory()).reserve(host_arena_bytes);
  execute(arenas);
  watch_spinning();
  return result;
}

}  // namespace luge
