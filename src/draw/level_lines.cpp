#include "draw/level_lines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace luge::draw {
namespace {

// An edge of the grid: that of a point to its right neighbor, or to the one below.
using Edge = std::int64_t;

class Lines {
 public:
  Lines(const Grid& grid, double level) : grid_(grid), level_(level) {}

  void cell(std::int64_t column, std::int64_t row) {
    const std::array<double, 4> corner = {grid_.at(column, row), grid_.at(column + 1, row),
                                          grid_.at(column + 1, row + 1), grid_.at(column, row + 1)};
    if (!std::ranges::all_of(corner, [](double value) { return std::isfinite(value); })) return;
    // Sides between corners 0-1 (top), 1-2 (right), 2-3 (bottom), 3-0 (left) that the level crosses.
    const std::array<Edge, 4> side = {across(column, row), down(column + 1, row), across(column, row + 1),
                                      down(column, row)};
    std::vector<std::size_t> crossed;
    for (std::size_t k = 0; k < 4; ++k) {
      if (above(corner[k]) != above(corner[(k + 1) % 4])) crossed.push_back(k);
    }
    if (crossed.size() == 2) join(side[crossed[0]], side[crossed[1]]);
    if (crossed.size() < 4) return;
    const double middle = (corner[0] + corner[1] + corner[2] + corner[3]) / 4;
    const bool around_first = above(middle) != above(corner[0]);  // corner 0 is cut off, and corner 2
    join(side[around_first ? 3 : 0], side[around_first ? 0 : 1]);
    join(side[around_first ? 1 : 2], side[around_first ? 2 : 3]);
  }

  std::vector<std::vector<Point>> joined() {
    std::vector<std::vector<Point>> lines;
    // Open lines first: from an end, which one segment has. What is left then is closed.
    for (const bool open : {true, false}) {
      for (auto& [edge, next] : neighbors_) {
        if (next.empty() || (open && next.size() != 1)) continue;
        lines.push_back(walk(edge));
      }
    }
    return lines;
  }

 private:
  bool above(double value) const { return value >= level_; }
  Edge across(std::int64_t column, std::int64_t row) const { return 2 * (row * grid_.columns + column); }
  Edge down(std::int64_t column, std::int64_t row) const { return across(column, row) + 1; }
  void join(Edge a, Edge b) {
    neighbors_[a].push_back(b);
    neighbors_[b].push_back(a);
  }
  std::vector<Point> walk(Edge from) {
    std::vector<Point> line = {point(from)};
    for (Edge at = from; !neighbors_[at].empty();) {
      const Edge next = neighbors_[at].back();
      neighbors_[at].pop_back();
      std::erase(neighbors_[next], at);
      line.push_back(point(next));
      at = next;
    }
    return line;
  }
  // Where the level is on an edge, as if the function were linear there.
  Point point(Edge edge) const {
    const std::int64_t column = edge / 2 % grid_.columns, row = edge / 2 / grid_.columns;
    const bool is_down = edge % 2 == 1;
    const double first = grid_.at(column, row),
                 second = is_down ? grid_.at(column, row + 1) : grid_.at(column + 1, row);
    const double part = (level_ - first) / (second - first);
    const auto x = static_cast<double>(column), y = static_cast<double>(row);
    return is_down ? Point{x, y + part} : Point{x + part, y};
  }

  const Grid& grid_;
  double level_;
  std::map<Edge, std::vector<Edge>> neighbors_;
};

}  // namespace

std::vector<std::vector<Point>> level_lines(const Grid& grid, double level) {
  Lines lines(grid, level);
  for (std::int64_t row = 0; row + 1 < grid.rows; ++row) {
    for (std::int64_t column = 0; column + 1 < grid.columns; ++column) lines.cell(column, row);
  }
  return lines.joined();
}

std::vector<double> usual_levels(std::span<const double> values, std::int64_t count) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  std::vector<double> levels;
  for (std::int64_t k = 1; k <= count && low < high; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count + 1);
    levels.push_back(low + (high - low) * share * share);
  }
  return levels;
}

}  // namespace luge::draw
