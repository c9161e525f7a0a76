// Axis: the range of one direction of a panel, with ticks at round numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luge::draw {

struct Tick {
  double value = 0;
  std::string label;  // may be empty
};

struct Axis {
  double low = 0, high = 1;  // low < high
  bool log = false;
  std::vector<Tick> ticks;
  std::string note;  // what the labels have to be multiplied with or what is to be added: "×10⁶", "+1000"

  /// 0 at low, 1 at high.
  double at(double value) const;
};

/// False for NaN, infinities and what is almost one.
bool can_be_drawn(double value);

struct Range {
  double low = 1, high = 0;  // low > high: there are no values
  void add(double value);
  bool empty() const { return low > high; }
};

struct AxisOptions {
  bool log = false;
  bool whole = false;     // ticks at whole numbers alone
  std::int64_t most = 6;  // steps from tick to tick
  double margin = 0.04;   // of the range, at both ends
};
Axis make_axis(Range range, const AxisOptions& options);

}  // namespace luge::draw
