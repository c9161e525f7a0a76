#include "runtime/program.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstring>

#include "core/log.h"
#include "core/spinning.h"
#include "luge/compile.h"
#include "runtime/device.h"

namespace luge {
namespace {

std::atomic<bool> profiling{logging("kernels")};

// Leaves that are numbers get a line of their own, so that a kernel may read a whole vector there.
constexpr std::size_t cell = 128;

}  // namespace

void set_profiling(bool on) { profiling = on; }

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
  std::byte* arena = nullptr;
  std::unique_ptr<Buffer> cells;
  std::vector<StepTime> times;
  Status status;
};

Program::Program() = default;
Program::~Program() = default;

std::vector<StepTime> Program::times() const {
  const std::lock_guard lock(Device::host().mutex());
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
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (inputs[k] < 0) continue;
    const ProgramValue& value = values[static_cast<std::size_t>(inputs[k])];
    void*& address = table_->addresses[static_cast<std::size_t>(inputs[k])];
    if (leaves[k].buffer) {
      const Buffer& buffer = *leaves[k].buffer;
      if (buffer.layout() != value.layout || buffer.bytes() < value.bytes) {
        throw GraphError(fmt::format("program: leaf {}: expected {} bytes in layout {}, received {} in {}", k,
                                     value.bytes, value.layout, buffer.bytes(), buffer.layout()));
      }
      address = leaves[k].buffer->data();
    } else {
      address = table_->cells->data() + cell * k;
      std::memcpy(address, leaves[k].words, sizeof leaves[k].words);
    }
  }
}

// Every buffer that escapes exists before the first step; a slot's own one when nobody else holds it.
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
        result[r] = std::make_shared<Buffer>(value.bytes, value.layout);
        std::memcpy(result[r]->data(), leaves[index].words, value.bytes);
      }
    } else if (index == r) {
      const int leaf = replaces[r];
      const bool own = leaf >= 0 && leaves[static_cast<std::size_t>(leaf)].buffer &&
                       leaves[static_cast<std::size_t>(leaf)].buffer.use_count() == 1;
      result[r] = own ? leaves[static_cast<std::size_t>(leaf)].buffer
                      : std::make_shared<Buffer>(value.bytes, value.layout);
      table_->addresses[static_cast<std::size_t>(storage)] = result[r]->data();
    } else {
      result[r] = result[index];
    }
  }
  return result;
}

void Program::execute(std::byte* arena) const {
  RunTable& table = *table_;
  if (arena != table.arena) {
    for (const auto& patch : table.arena_patches) {
      table.slots[patch.slot] = arena + values[static_cast<std::size_t>(patch.value)].offset;
    }
    table.arena = arena;
  }
  for (const auto& patch : table.patches)
    table.slots[patch.slot] = table.addresses[static_cast<std::size_t>(patch.value)];
  table.status.clear();
  const bool timed = profiling.load(std::memory_order_relaxed);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const ProgramStep& step = steps[s];
    const KernelCall call{table.slots.data() + table.first_in[s], table.slots.data() + table.first_out[s],
                          arena + step.scratch_offset, &table.status};
    if (timed) {
      const auto start = std::chrono::steady_clock::now();
      step.kernel->run(call);
      table.times[s].seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      ++table.times[s].calls;
    } else {
      step.kernel->run(call);
    }
    if (step.can_fail && table.status.failed()) step.op->fail(table.status.error(), {});
  }
}

std::vector<BufferRef> Program::run(std::vector<BoundLeaf>& leaves) const {
  Device& device = Device::host();
  const std::lock_guard lock(device.mutex());
  if (!table_) table_ = make_table();
  bind_leaves(leaves);
  std::vector<BufferRef> result = allocate_roots(leaves);
  execute(device.arena(arena_bytes));
  watch_spinning();
  return result;
}

}  // namespace luge
