#include "compile/arena_plan.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>

namespace luge {
namespace {

// Above this many values the quadratic plans are left out; below, they are tried about this many values'
// worth of times.
constexpr std::size_t few = 1000;
constexpr std::size_t tries = 20000;

std::size_t rounded(std::size_t bytes) {
  return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

// Indices ordered by when the values begin (or, with `by_end`, end).
std::vector<std::size_t> by_time(std::span<const Lifetime> lifetimes, bool by_end) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return by_end ? lifetimes[a].last < lifetimes[b].last : lifetimes[a].first < lifetimes[b].first;
  });
  return order;
}

class FreeList {
 public:
  std::size_t take(std::size_t bytes) {
    auto best = holes_.end();
    for (auto hole = holes_.begin(); hole != holes_.end(); ++hole) {
      if (hole->second >= bytes && (best == holes_.end() || hole->second < best->second)) best = hole;
    }
    if (best == holes_.end()) return grow(bytes);
    const auto [offset, size] = *best;
    holes_.erase(best);
    if (size > bytes) holes_.emplace(offset + bytes, size - bytes);
    return offset;
  }

  void give(std::size_t offset, std::size_t bytes) {
    auto next = holes_.lower_bound(offset);
    if (next != holes_.end() && offset + bytes == next->first) {
      bytes += next->second;
      next = holes_.erase(next);
    }
    if (next != holes_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        before->second += bytes;
        return;
      }
    }
    holes_.emplace(offset, bytes);
  }

 private:
  std::size_t grow(std::size_t bytes) {
    std::size_t offset = end_;
    if (!holes_.empty()) {
      const auto last = std::prev(holes_.end());
      if (last->first + last->second == end_) {
        offset = last->first;
        holes_.erase(last);
      }
    }
    end_ = offset + bytes;
    return offset;
  }

  std::map<std::size_t, std::size_t> holes_;  // offset → bytes
  std::size_t end_ = 0;
};

ArenaPlan finish(std::span<const Lifetime> lifetimes, std::vector<std::size_t> offsets) {
  ArenaPlan plan{std::move(offsets), 0};
  for (std::size_t i = 0; i < lifetimes.size(); ++i) {
    if (lifetimes[i].bytes) plan.bytes = std::max(plan.bytes, plan.offsets[i] + lifetimes[i].bytes);
  }
  return plan;
}

// Best fit in the order of the steps, as an allocator would meet them.
ArenaPlan plan_in_order(std::span<const Lifetime> lifetimes) {
  std::vector<std::size_t> offsets(lifetimes.size(), 0);
  const std::vector<std::size_t> ends = by_time(lifetimes, true);
  std::size_t ended = 0;
  FreeList free;
  for (std::size_t i : by_time(lifetimes, false)) {
    for (; ended < ends.size() && lifetimes[ends[ended]].last < lifetimes[i].first; ++ended) {
      const std::size_t done = ends[ended];
      if (lifetimes[done].bytes) free.give(offsets[done], rounded(lifetimes[done].bytes));
    }
    if (lifetimes[i].bytes) offsets[i] = free.take(rounded(lifetimes[i].bytes));
  }
  return finish(lifetimes, std::move(offsets));
}

// One after the other into the tightest gap among those alive with it.
ArenaPlan plan_one_by_one(std::span<const Lifetime> lifetimes, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> offsets(lifetimes.size(), 0);
  std::vector<std::size_t> with_offset;  // by offset
  for (std::size_t i : order) {
    const std::size_t bytes = rounded(lifetimes[i].bytes);
    if (bytes == 0) continue;
    std::size_t cursor = 0, best = SIZE_MAX, best_gap = SIZE_MAX;
    for (std::size_t other : with_offset) {
      if (lifetimes[other].last < lifetimes[i].first || lifetimes[i].last < lifetimes[other].first) continue;
      if (offsets[other] >= cursor + bytes && offsets[other] - cursor < best_gap) {
        best = cursor;
        best_gap = offsets[other] - cursor;
      }
      cursor = std::max(cursor, offsets[other] + rounded(lifetimes[other].bytes));
    }
    offsets[i] = best == SIZE_MAX ? cursor : best;
    with_offset.insert(
        std::upper_bound(with_offset.begin(), with_offset.end(), i,
                         [&](std::size_t a, std::size_t b) { return offsets[a] < offsets[b]; }),
        i);
  }
  return finish(lifetimes, std::move(offsets));
}

// The largest first; then, again and again, whatever ended up on top before all others.
ArenaPlan plan_by_size(std::span<const Lifetime> lifetimes, std::size_t least) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
  ArenaPlan plan = plan_one_by_one(lifetimes, order), best = plan;
  for (std::size_t left = tries / lifetimes.size(); left > 0 && rounded(best.bytes) > least; --left) {
    const auto top = std::find_if(order.begin(), order.end(), [&](std::size_t i) {
      return lifetimes[i].bytes && plan.offsets[i] + lifetimes[i].bytes == plan.bytes;
    });
    if (top == order.begin()) break;
    std::rotate(order.begin(), top, top + 1);
    plan = plan_one_by_one(lifetimes, order);
    if (plan.bytes < best.bytes) best = plan;
  }
  return best;
}

}  // namespace

std::size_t peak_alive(std::span<const Lifetime> lifetimes) {
  std::size_t alive = 0, peak = 0, ended = 0;
  const std::vector<std::size_t> ends = by_time(lifetimes, true);
  for (std::size_t i : by_time(lifetimes, false)) {
    for (; ended < ends.size() && lifetimes[ends[ended]].last < lifetimes[i].first; ++ended) {
      alive -= rounded(lifetimes[ends[ended]].bytes);
    }
    alive += rounded(lifetimes[i].bytes);
    peak = std::max(peak, alive);
  }
  return peak;
}

ArenaPlan plan_arena(std::span<const Lifetime> lifetimes) {
  ArenaPlan plan = plan_in_order(lifetimes);
  const std::size_t least = peak_alive(lifetimes);
  if (lifetimes.size() > few || rounded(plan.bytes) == least) return plan;
  ArenaPlan tighter = plan_by_size(lifetimes, least);
  return tighter.bytes < plan.bytes ? tighter : plan;
}

}  // namespace luge
