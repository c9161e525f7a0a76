// Where every value of a draft lives: lifetimes first, then what shares memory, then offsets in the arena.
#include <algorithm>

#include "compile/arena_plan.h"
#include "compile/lower.h"

namespace luge::compiler {
namespace {

class MemoryPlanner {
 public:
  explicit MemoryPlanner(Draft& draft)
      : draft_(draft), program_(*draft.program), values_(program_.values), steps_(program_.steps) {}

  void run() {
    mark_outputs();
    find_lifetimes();
    program_.commit_at = 0;
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].can_fail) program_.commit_at = static_cast<int>(s) + 1;
    }
    for (std::size_t r = 0; r < program_.roots.size(); ++r) {
      if (program_.replaces[r] >= 0 && !may_overwrite(r)) program_.replaces[r] = -1;
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) share_in_place(s);
    set_offsets();
  }

 private:
  ProgramValue& at(int value) { return values_[static_cast<std::size_t>(value)]; }
  int base(int value) {
    int found = value;
    while (at(found).alias >= 0) found = at(found).alias;
    while (at(value).alias >= 0) value = std::exchange(at(value).alias, found);
    return found;
  }
  int end() const { return static_cast<int>(steps_.size()); }

  // The memory of a root is its own: it is allocated before the run and handed out.
  void mark_outputs() {
    for (std::size_t r = 0; r < program_.roots.size(); ++r) {
      ProgramValue& storage = at(base(program_.roots[r]));
      if (storage.kind != ProgramValue::Kind::temporary) continue;
      storage.kind = ProgramValue::Kind::output;
      storage.index = static_cast<int>(r);
    }
  }

  // Kept at the base of what shares memory.
  void find_lifetimes() {
    writer_.assign(values_.size(), -1);
    for (ProgramValue& value : values_) value.first = end(), value.last = -1;
    for (int s = 0; s < end(); ++s) {
      const ProgramStep& step = steps_[static_cast<std::size_t>(s)];
      const auto touch = [&](int value) {
        if (value < 0) return;
        ProgramValue& storage = at(base(value));
        storage.first = std::min(storage.first, s);
        storage.last = std::max(storage.last, s);
      };
      for (int value : step.in) touch(value);
      for (int value : step.out) {
        touch(value);
        if (value >= 0) writer_[static_cast<std::size_t>(value)] = s;
      }
    }
    for (ProgramValue& value : values_) {
      if (value.kind == ProgramValue::Kind::input || value.kind == ProgramValue::Kind::constant)
        value.first = 0;
    }
    for (int root : program_.roots) at(base(root)).last = end();
  }

  bool offered(std::size_t step, std::size_t input, std::size_t output) const {
    for (const InPlace& pair : draft_.in_place[step]) {
      if (static_cast<std::size_t>(pair.input) == input && static_cast<std::size_t>(pair.output) == output)
        return true;
    }
    return false;
  }

  // At most one input of the step lies in this memory, and it is read before this output is written over it.
  bool reads_allow(std::size_t step, std::size_t output, int storage) {
    int readers = 0;
    for (std::size_t k = 0; k < steps_[step].in.size(); ++k) {
      const int input = steps_[step].in[k];
      if (input < 0 || base(input) != storage) continue;
      if (++readers > 1 || !offered(step, k, output)) return false;
    }
    return true;
  }

  // The next value of a slot may be written straight over the old one when nothing reads that afterwards.
  bool may_overwrite(std::size_t r) {
    const int root = program_.roots[r];
    const int leaf = program_.replaces[r];
    const int old = program_.inputs[static_cast<std::size_t>(leaf)];
    const int storage = base(root);
    if (at(storage).kind != ProgramValue::Kind::output) return false;
    const int step = writer_[static_cast<std::size_t>(storage)];
    if (step < program_.commit_at) return false;
    if (std::count(program_.replaces.begin(), program_.replaces.end(), leaf) != 1) return false;
    if (old < 0) return true;
    if (at(old).bytes != at(storage).bytes || at(old).last > step) return false;
    if (at(old).last < step) return true;
    const ProgramStep& writer = steps_[static_cast<std::size_t>(step)];
    const auto output = std::find(writer.out.begin(), writer.out.end(), storage) - writer.out.begin();
    return reads_allow(static_cast<std::size_t>(step), static_cast<std::size_t>(output), old);
  }

  // An output takes over the memory of an operand that dies in this step.
  void share_in_place(std::size_t s) {
    const ProgramStep& step = steps_[s];
    for (const InPlace& pair : draft_.in_place[s]) {
      const int input = step.in[static_cast<std::size_t>(pair.input)];
      const int out = step.out[static_cast<std::size_t>(pair.output)];
      if (input < 0 || out < 0) continue;
      ProgramValue& result = at(out);
      if (result.kind != ProgramValue::Kind::temporary || result.alias >= 0) continue;
      const int storage = base(input);
      ProgramValue& held = at(storage);
      // What another output of this step took over lives on, and is not offered twice.
      const bool dies = held.kind == ProgramValue::Kind::temporary && held.last == static_cast<int>(s) &&
                        held.first < static_cast<int>(s);
      const bool taken = std::find(taken_.begin(), taken_.end(), storage) != taken_.end();
      if (!dies || taken || held.bytes != result.bytes) continue;
      if (!reads_allow(s, static_cast<std::size_t>(pair.output), storage)) continue;
      held.last = std::max(held.last, result.last);
      result.alias = storage;
      taken_.push_back(storage);
    }
    taken_.clear();
  }

  void set_offsets() {
    program_.arena_bytes = fill_arena(false);
    program_.host_arena_bytes = fill_arena(true);
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const int storage = base(static_cast<int>(v));
      if (storage == static_cast<int>(v)) continue;
      values_[v].kind = at(storage).kind;
      values_[v].index = at(storage).index;
      values_[v].offset = at(storage).offset;
      values_[v].first = at(storage).first;
      values_[v].last = at(storage).last;
    }
  }

  // Offsets in the arena of the device, or in the one that fallbacks use; its bytes.
  std::size_t fill_arena(bool on_host) {
    std::vector<Lifetime> lifetimes;
    std::vector<std::size_t*> offsets;
    for (ProgramValue& value : values_) {
      if (value.kind != ProgramValue::Kind::temporary || value.alias >= 0 || value.on_host != on_host)
        continue;
      lifetimes.push_back({value.first, value.last, value.bytes});
      offsets.push_back(&value.offset);
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].scratch == 0 || steps_[s].on_host != on_host) continue;
      if (!on_host) program_.workspace_bytes = std::max(program_.workspace_bytes, steps_[s].scratch);
      lifetimes.push_back({static_cast<int>(s), static_cast<int>(s), steps_[s].scratch});
      offsets.push_back(&steps_[s].scratch_offset);
    }
    const ArenaPlan plan = plan_arena(lifetimes);
    for (std::size_t i = 0; i < offsets.size(); ++i) *offsets[i] = plan.offsets[i];
    return plan.bytes;
  }

  Draft& draft_;
  Program& program_;
  std::vector<ProgramValue>& values_;
  std::vector<ProgramStep>& steps_;
  std::vector<int> writer_;  // per value: the step that writes it
  std::vector<int> taken_;   // storage taken over in the present step
};

}  // namespace

void plan_memory(Draft& draft) { MemoryPlanner(draft).run(); }

}  // namespace luge::compiler
