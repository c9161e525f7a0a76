#include "fuzz/draft.h"

#include <algorithm>
#include <cmath>

#include "fuzz/ops.h"
#include "luge/graph.h"

namespace luge::fuzz {
namespace {

constexpr std::int64_t kMostElements = 40000;
constexpr std::int64_t kExtents[] = {1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 32, 33, 64, 65};
constexpr std::int64_t kChannels[] = {1, 2, 3, 4, 5, 7, 8, 16, 16, 17, 24, 31, 32, 33, 37, 48, 64};
constexpr std::int64_t kSpatial[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 14, 16, 28};

}  // namespace

Numbers extents(const Shape& shape) { return {shape.begin(), shape.end()}; }

Draft::Draft(std::uint64_t seed, std::uint64_t number)
    : state_(seed * 0x2545F4914F6CDD1Du + number * 0x9E3779B97F4A7C15u + 1) {
  case_.seed = seed;
  case_.number = number;
}

std::uint64_t Draft::bits() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (z ^ (z >> 31)) >> 1;
}

double Draft::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(bits() >> 10) / static_cast<double>(std::uint64_t{1} << 53);
}

int Draft::add(Line line, double magnitude) {
  Tensor value;
  if (line.leaf()) {
    value = graph::placeholder(dtype_named(line.dtype, f32), line.shape(), "leaf");
  } else {
    value = build_line(line, values_, f32);
  }
  if (value.elements() > kMostElements) throw Skip();
  std::string dtype = line.dtype;
  double largest = 0;
  for (int in : line.in) largest = std::max(largest, this->magnitude(in));
  if (dtype.empty()) {
    dtype = std::string(name(value.dtype()));
    if (value.dtype() == f32) dtype = "real";
  }
  dtypes_.push_back(dtype);
  magnitudes_.push_back(magnitude < 0 ? largest : magnitude);
  values_.push_back(std::move(value));
  case_.lines.push_back(std::move(line));
  return static_cast<int>(values_.size()) - 1;
}

int Draft::leaf(const Shape& shape, double low, double high, const std::string& dtype) {
  Line line{
      "leaf", {}, {{"low", {low}}, {"high", {high}}, {"seed", {static_cast<double>(below(100000))}}}, dtype};
  line.with["shape"] = extents(shape);
  return add(std::move(line), std::max(std::abs(low), std::abs(high)));
}

int Draft::weights(const Shape& shape, std::int64_t terms, const std::string& dtype) {
  const double bound =
      std::round(1700 / std::sqrt(static_cast<double>(std::max<std::int64_t>(terms, 1)))) / 1000;
  return leaf(shape, -bound, bound, dtype);
}

bool Draft::floating(int value) const {
  return is_floating(values_[static_cast<std::size_t>(value)].dtype());
}

int Draft::existing(bool (*fits)(const Draft&, int)) {
  std::vector<int> found;
  for (int k = 0; k < static_cast<int>(size()); ++k) {
    if (fits(*this, k)) found.push_back(k);
  }
  if (found.empty()) throw Skip();
  return chance(0.6) ? found.back()
                     : found[static_cast<std::size_t>(below(static_cast<std::int64_t>(found.size())))];
}

int Draft::real(int least, int most) {
  std::vector<int> found;
  for (int k = 0; k < static_cast<int>(size()); ++k) {
    if (floating(k) && rank(k) >= least && rank(k) <= most) found.push_back(k);
  }
  if (found.empty() || chance(0.05)) return leaf(random_shape(least, std::min(most, 4)));
  return chance(0.7) ? found.back() : one_of(found);
}

int Draft::image() {
  std::vector<int> found;
  for (int k = 0; k < static_cast<int>(size()); ++k) {
    if (floating(k) && rank(k) >= 3 && rank(k) <= 5) found.push_back(k);
  }
  if (!found.empty() && chance(0.9)) return chance(0.8) ? found.back() : one_of(found);
  std::vector<std::int64_t> shape = {one_of({1, 2, 2, 3, 4, 5}), one_of(kChannels)};
  const int spatial = static_cast<int>(one_of({1, 2, 2, 2, 2, 3}));
  for (int k = 0; k < spatial; ++k)
    shape.push_back(spatial == 3 ? std::min<std::int64_t>(one_of(kSpatial), 7) : one_of(kSpatial));
  return leaf(Shape(shape));
}

int Draft::tame(int value, double limit) {
  if (magnitude(value) <= limit) return value;
  if (chance(0.5)) return add("tanh", {value}, {}, 1);
  return add("mul", {value}, {{"number", {std::exp2(std::floor(std::log2(limit / magnitude(value))))}}},
             limit);
}

Shape Draft::random_shape(int least, int most) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(between(least, most)));
  std::int64_t elements = 1;
  for (std::int64_t& extent : shape) {
    extent = one_of(kExtents);
    while (elements * extent > 6000) extent = (extent + 1) / 2;
    elements *= extent;
  }
  if (!shape.empty() && chance(0.01))
    shape[static_cast<std::size_t>(below(static_cast<std::int64_t>(shape.size())))] = 0;
  return Shape(shape);
}

int Draft::partner(int value, double low, double high) {
  const Shape& whole = shape(value);
  if (low < 0 && chance(0.45)) {
    std::vector<int> found;
    for (int k = 0; k < static_cast<int>(size()); ++k) {
      if (dtype(k) != dtype(value) || rank(k) > 6) continue;
      bool fits = true;
      for (int a = 1; a <= std::min(rank(k), whole.rank()); ++a) {
        const std::int64_t x = shape(k)[rank(k) - a], y = whole[whole.rank() - a];
        fits &= x == y || x == 1 || y == 1;
      }
      if (fits) found.push_back(k);
    }
    if (!found.empty()) return one_of(found);
  }
  std::vector<std::int64_t> part(whole.begin(), whole.end());
  const double ones = one_of({0.0, 0.0, 0.3, 0.6, 1.0});
  for (std::int64_t& extent : part) {
    if (chance(ones))
      extent = 1;
    else if (extent == 1 && chance(0.15))
      extent = one_of({2, 3, 5});
  }
  if (chance(0.25))
    part.erase(part.begin(), part.begin() + below(static_cast<std::int64_t>(part.size()) + 1));
  else if (part.size() < 4 && chance(0.05))
    part.insert(part.begin(), one_of({1, 2, 3}));
  return leaf(Shape(part), low, high, dtype(value));
}

int Draft::axis(int value) {
  if (rank(value) == 0) throw Skip();
  const std::int64_t axis = below(rank(value));
  return static_cast<int>(chance(0.3) ? axis - rank(value) : axis);
}

std::map<std::string, Numbers> Draft::some_axes(int value) {
  std::map<std::string, Numbers> with;
  if (rank(value) > 0 && chance(0.85)) {
    Numbers axes;
    for (int k = 0; k < rank(value); ++k) {
      if (chance(0.5)) axes.push_back(k);
    }
    if (axes.empty()) axes.push_back(static_cast<double>(below(rank(value))));
    with["axes"] = axes;
  }
  if (chance(0.5)) with["keep"] = {1};
  return with;
}

void Draft::cut(std::size_t lines) {
  case_.lines.resize(lines);
  values_.resize(lines);
  dtypes_.resize(lines);
  magnitudes_.resize(lines);
}

void Draft::draw_modes() {
  const auto mode = [&](DType real) {
    Mode made;
    made.real = real;
    made.way = static_cast<Way>(below(4));
    if (case_.gradients.empty() && made.way == Way::step) made.way = Way::compiled;
    made.math = chance(0.7) ? Math::fast : Math::strict;
    made.threads = static_cast<int>(between(1, 2));
    made.tight = chance(0.03);
    if (made.way == Way::step) {
      made.update = one_of({Update::descent, Update::guarded, Update::momentum, Update::adam});
    }
    case_.modes.push_back(made);
  };
  mode(f64);
  mode(f32);
  if (chance(0.5)) mode(f32);
  if (chance(0.3)) {
    mode(f32);
    case_.modes.back().narrow = true;
  }
}

Case Draft::finish() {
  std::vector<bool> read(size(), false);
  for (const Line& line : case_.lines) {
    for (int in : line.in) read[static_cast<std::size_t>(in)] = true;
  }
  const double likely = one_of({0.0, 0.3, 0.5, 1.0, 1.0});
  for (int k = 0; k < static_cast<int>(size()); ++k) {
    const bool leaf = case_.lines[static_cast<std::size_t>(k)].leaf();
    const bool last = k + 1 == static_cast<int>(size());
    if (!leaf && (last || chance(read[static_cast<std::size_t>(k)] ? 0.1 : 0.8))) case_.outputs.push_back(k);
    if (leaf && floating(k) && chance(likely)) case_.gradients.push_back(k);
  }
  draw_modes();
  return pruned(std::move(case_));
}

Case pruned(Case c) {
  std::vector<bool> needed(c.lines.size(), false);
  for (int value : c.outputs) needed[static_cast<std::size_t>(value)] = true;
  for (std::size_t k = c.lines.size(); k-- > 0;) {
    if (!needed[k]) continue;
    for (int in : c.lines[k].in) needed[static_cast<std::size_t>(in)] = true;
  }
  std::vector<int> place(c.lines.size(), -1);
  std::vector<Line> lines;
  for (std::size_t k = 0; k < c.lines.size(); ++k) {
    if (!needed[k]) continue;
    place[k] = static_cast<int>(lines.size());
    lines.push_back(std::move(c.lines[k]));
    for (int& in : lines.back().in) in = place[static_cast<std::size_t>(in)];
  }
  c.lines = std::move(lines);
  for (auto* list : {&c.outputs, &c.gradients}) {
    std::vector<int> kept;
    for (int value : *list) {
      const int now = place[static_cast<std::size_t>(value)];
      if (now >= 0 && std::find(kept.begin(), kept.end(), now) == kept.end()) kept.push_back(now);
    }
    *list = kept;
  }
  for (Mode& mode : c.modes) {
    if (c.gradients.empty() && mode.way == Way::step) mode.way = Way::compiled;
  }
  return c;
}

}  // namespace luge::fuzz
