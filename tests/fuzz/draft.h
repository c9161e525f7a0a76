// Draft: a case while it is drawn. What is added is built with the public functions, so that shapes are
// known.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "fuzz/case.h"

namespace luge::fuzz {

/// A draw finds nothing to work on; another one is tried.
struct Skip {};

class Draft {
 public:
  Draft(std::uint64_t seed, std::uint64_t number);

  /// Random numbers, the same on every machine.
  std::uint64_t bits();
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(limit));
  }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool chance(double p) { return uniform(0, 1) < p; }
  double uniform(double low, double high);
  template <class List>
  auto one_of(const List& list) {
    return *(std::begin(list) + below(static_cast<std::int64_t>(std::size(list))));
  }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<std::int64_t>(list.size())));
  }

  /// A value more; throws what building it throws, and Skip when it is too large. Its elements are about
  /// `magnitude`; -1: as its inputs.
  int add(Line line, double magnitude = -1);
  int add(const std::string& op, std::vector<int> in, std::map<std::string, Numbers> with = {},
          double magnitude = -1) {
    return add(Line{op, std::move(in), std::move(with), {}}, magnitude);
  }
  int leaf(const Shape& shape, double low = -1.5, double high = 1.5, const std::string& dtype = "real");
  /// Weights for sums of so many products.
  int weights(const Shape& shape, std::int64_t terms, const std::string& dtype);

  const Shape& shape(int value) const { return values_[static_cast<std::size_t>(value)].shape(); }
  int rank(int value) const { return shape(value).rank(); }
  const std::string& dtype(int value) const { return dtypes_[static_cast<std::size_t>(value)]; }
  bool floating(int value) const;
  double magnitude(int value) const { return magnitudes_[static_cast<std::size_t>(value)]; }

  /// A floating value, mostly a late one, with a rank in this range; made when there is none.
  int real(int least = 0, int most = 6);
  int image();
  /// The same as a chain would use it, brought to a magnitude of at most `limit`.
  int tame(int value, double limit = 4);
  /// A value or leaf that broadcasts with this one, of its dtype; `low` and `high` are for leaves.
  int partner(int value, double low = -1.5, double high = 1.5);
  /// An axis of it, sometimes counted from the end. Throws Skip for rank 0.
  int axis(int value);
  /// "axes" of a reduction, none for all; and sometimes "keep".
  std::map<std::string, Numbers> some_axes(int value);
  Shape random_shape(int least, int most);

  /// Throws away what was added after there were so many lines.
  void cut(std::size_t lines);
  std::size_t size() const { return case_.lines.size(); }
  /// With outputs, gradients and modes.
  Case finish();
  int existing(bool (*fits)(const Draft&, int));

 private:
  void draw_modes();

  Case case_;
  std::uint64_t state_;
  Tensors values_;
  std::vector<std::string> dtypes_;
  std::vector<double> magnitudes_;
};

/// The case with this number; the same text for the same arguments.
Case draw_case(std::uint64_t seed, std::uint64_t number);
/// Without lines that no output and no gradient needs.
Case pruned(Case c);
Numbers extents(const Shape& shape);

}  // namespace luge::fuzz
