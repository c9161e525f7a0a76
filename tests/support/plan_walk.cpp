#include "support/plan_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace luge::testing {
namespace {

using cpu::fused::Access;
using cpu::fused::Geometry;
using cpu::fused::Level;
using cpu::fused::Plan;
using cpu::fused::Step;

// Barriers stand between phases; units of one phase run at the same time, the steps of a unit in their order.
// Two elements of one step are in no order.
struct Time {
  std::int64_t phase, unit, step, element;
  bool before(const Time& later) const {
    if (phase != later.phase) return phase < later.phase;
    if (unit != later.unit) return false;
    return step != later.step ? step < later.step : element == later.element;
  }
  std::string to_string() const {
    return fmt::format("phase {} unit {} step {} element {}", phase, unit, step, element);
  }
};

constexpr std::int64_t kAnybody = -1;  // the unit of what every worker does when it begins

class PlanWalk {
 public:
  PlanWalk(const Plan& plan, const InPlace& pair) : plan_(plan), g_(plan.geometry), pair_(pair) {}

  std::string run() {
    if (g_.splits > 1) {
      split();
    } else {
      begin(0, g_.items == 1 ? 0 : kAnybody);
      for (std::int64_t item = 0; item < g_.items; ++item) {
        unit_ = item;
        enter(item);
        for (std::size_t stage = 0; stage < plan_.tiles.size(); ++stage) {
          for (const Step& step : plan_.kept[stage]) execute(step);
          tiles(stage, 0, g_.tiles);
        }
      }
    }
    return verdict();
  }

 private:
  using Offsets = std::vector<std::int64_t>;

  void split() {
    for (std::size_t stage = 0; stage < plan_.tiles.size(); ++stage) {
      begin(2 * static_cast<std::int64_t>(stage), 0);
      for (std::int64_t item = 0; item < g_.items; ++item) {
        enter(item);
        pointers_ = kept_pointers_[item];
        for (const Step& step : plan_.kept[stage]) execute(step);
        kept_pointers_[item] = pointers_;
      }
      begin(2 * static_cast<std::int64_t>(stage) + 1, kAnybody);
      for (std::int64_t k = 0; k < g_.items * g_.splits; ++k) {
        unit_ = k;
        enter(k / g_.splits);
        pointers_ = kept_pointers_[k / g_.splits];
        const std::int64_t part = k % g_.splits;
        tiles(stage, g_.tiles * part / g_.splits, g_.tiles * (part + 1) / g_.splits);
      }
    }
  }

  void begin(std::int64_t phase, std::int64_t unit) {
    phase_ = phase, unit_ = unit;
    at_.assign(g_.axes.size(), 0);
    for (const Step& step : plan_.setup) execute(step);
  }

  static std::int64_t blocks(std::int64_t extent, std::int64_t size) { return (extent + size - 1) / size; }
  std::int64_t set(std::size_t axis, std::int64_t size, std::int64_t& left, std::int64_t index) {
    const std::int64_t extent = g_.axes[axis].extent, count = blocks(extent, size);
    at_[axis] = index % count * size;
    left = std::min(size, extent - at_[axis]);
    return index / count;
  }
  std::int64_t set_axes(std::size_t first, std::size_t last, std::int64_t index) {
    for (std::size_t axis = last; axis-- > first;) {
      at_[axis] = index % g_.axes[axis].extent;
      index /= g_.axes[axis].extent;
    }
    return index;
  }
  void enter(std::int64_t index) {
    at_.assign(g_.axes.size(), 0);
    rows_ = g_.rows, columns_ = g_.columns;
    if (g_.column_in_item) index = set(g_.column_axis(), g_.columns, columns_, index);
    if (g_.row_in_item) index = set(g_.row_axis(), g_.rows, rows_, index);
    set_axes(0, g_.outer, index);
  }
  void tiles(std::size_t stage, std::int64_t first, std::int64_t last) {
    const std::vector<std::int64_t> item = at_;
    const bool by_columns = !g_.column_in_item && g_.walk != cpu::fused::Walk::rows;
    for (std::int64_t tile = first; tile < last; ++tile) {
      std::int64_t index = tile;
      if (by_columns) index = set(g_.column_axis(), g_.columns, columns_, index);
      if (!g_.row_in_item) index = set(g_.row_axis(), g_.rows, rows_, index);
      set_axes(g_.outer, g_.outer + g_.inner, index);
      for (const Step& step : plan_.tiles[stage]) execute(step);
    }
    at_ = item;
  }

  // The offsets that a step of this level touches in an access, in the order of its elements.
  Offsets offsets(const Access& access, Level level, bool standing) const {
    std::int64_t base = 0;
    for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) base += at_[axis] * access.strides[axis];
    if (standing || level == Level::scalar) return {base};
    Offsets result;
    if (level == Level::kept) {
      const bool rows = g_.kept == cpu::fused::KeptExtent::rows, one = g_.kept == cpu::fused::KeptExtent::one;
      const std::int64_t stride = one ? 0 : access.strides[rows ? g_.row_axis() : g_.column_axis()];
      for (std::int64_t k = 0; k < (one ? 1 : rows ? rows_ : columns_); ++k)
        result.push_back(base + k * stride);
      return result;
    }
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t column = 0; column < columns_; ++column) {
        result.push_back(base + row * access.strides[g_.row_axis()] +
                         column * access.strides[g_.column_axis()]);
      }
    }
    return result;
  }

  void touch(std::map<std::int64_t, std::vector<Time>>& touched, const Offsets& where) const {
    for (std::size_t e = 0; e < where.size(); ++e)
      touched[where[e]].push_back({phase_, unit_, step_, static_cast<std::int64_t>(e)});
  }

  static bool contains(std::span<const int> slots, int slot) {
    return std::find(slots.begin(), slots.end(), slot) != slots.end();
  }

  void execute(const Step& step) {
    ++step_;
    for (const auto& [slot, where] : pointers_) {
      if (contains(slots_read(plan_, step), slot)) touch(reads_, where);
    }
    namespace fused = cpu::fused;
    std::visit(
        fused::Overloaded{
            [&](const fused::LoadStep& load) { read(load.input, load.level, false); },
            [&](const fused::SplatInputStep& splat) { read(splat.input, Level::scalar, true); },
            [&](const fused::RandomStep& random) { read(random.key, Level::scalar, true); },
            [&](const fused::PointInputStep& point) {
              forget(point.out);
              if (point.input == pair_.input) pointers_[point.out] = offsets(input(), point.level, false);
            },
            [&](const fused::PointOutputStep& point) {
              forget(point.out);
              if (point.output == pair_.output) outputs_[point.out] = offsets(output(), Level::full, false);
            },
            [&](const fused::StoreStep& store) {
              if (store.output == pair_.output) touch(writes_, offsets(output(), store.level, false));
            },
            [&](const fused::SplatConstantStep&) { write(step); },
            [&](const fused::ExpandStep&) { write(step); }, [&](const fused::MapStep&) { write(step); },
            [&](const fused::RoundStep&) { write(step); }, [&](const fused::ReduceStep&) { write(step); },
            [&](const fused::CodeStep&) { write(step); }},
        step);
  }

  const Access& input() const { return plan_.in[static_cast<std::size_t>(pair_.input)]; }
  const Access& output() const { return plan_.out[static_cast<std::size_t>(pair_.output)]; }
  void forget(int slot) {
    pointers_.erase(slot);
    outputs_.erase(slot);
  }
  void read(int input, Level level, bool standing) {
    if (input == pair_.input) touch(reads_, offsets(this->input(), level, standing));
  }
  // Through slots that point at the output.
  void write(const Step& step) {
    for (const auto& [slot, where] : outputs_) {
      if (contains(slots_written(plan_, step), slot)) touch(writes_, where);
    }
  }

  std::string verdict() const {
    for (const auto& [offset, writes] : writes_) {
      const auto reads = reads_.find(offset);
      if (reads == reads_.end()) continue;
      for (const Time& write : writes) {
        for (const Time& read : reads->second) {
          if (read.before(write)) continue;
          return fmt::format("input {} under output {}: offset {} is written at {} and read at {}",
                             pair_.input, pair_.output, offset, write.to_string(), read.to_string());
        }
      }
    }
    return {};
  }

  const Plan& plan_;
  const Geometry& g_;
  InPlace pair_;
  std::vector<std::int64_t> at_;
  std::int64_t rows_ = 1, columns_ = 1, phase_ = 0, unit_ = 0, step_ = 0;
  std::map<int, Offsets> pointers_, outputs_;  // slots that point at the input's memory, and at the output's
  std::map<std::int64_t, std::map<int, Offsets>> kept_pointers_;  // of items that are cut
  std::map<std::int64_t, std::vector<Time>> reads_, writes_;
};

}  // namespace

std::string error_of(const cpu::fused::Plan& plan, const InPlace& pair) { return PlanWalk(plan, pair).run(); }

}  // namespace luge::testing
