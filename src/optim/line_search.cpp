// The line search of Nocedal and Wright 2006, algorithms 3.5 and 3.6, with cubic interpolation.
#include "optim/line_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace luge::optim {
namespace {

constexpr double kRounding = 4 * std::numeric_limits<double>::epsilon();  // of a loss

// The loss and its slope at a length.
struct Trial {
  double length = 0, loss = 0, slope = 0;
};

// The minimum between two trials of the cubic through both, at least `margin` of the interval from its ends.
double between(const Trial& a, const Trial& b, double margin) {
  const double low = std::min(a.length, b.length), width = std::abs(b.length - a.length);
  double at = low + width / 2;
  if (std::isfinite(b.loss) && std::isfinite(b.slope)) {
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length);
    const double square = d1 * d1 - a.slope * b.slope;
    if (square >= 0) {
      const double d2 = std::copysign(std::sqrt(square), b.length - a.length);
      at = b.length - (b.length - a.length) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    }
    if (!std::isfinite(at)) at = low + width / 2;
  }
  return std::clamp(at, low + margin * width, low + (1 - margin) * width);
}

class Line {
 public:
  Line(const Search::Function& function, const Search::Point& from, const Search::Vector& direction,
       const LineSearchOptions& options)
      : function_(function),
        from_(from),
        direction_(direction),
        options_(options),
        start_{0, from.loss, dot(from.gradient, direction)} {}

  // The length that was found; the point of the last trial and the best one are kept.
  double search(double length, Search::Point& to) {
    Trial before = start_;
    while (left()) {
      const Trial now = at(length);
      if (is_too_long(now) || (before.length > 0 && now.loss >= before.loss)) return zoom(before, now, to);
      keep(now);
      if (is_flat(now)) break;
      if (now.slope >= 0) return zoom(now, before, to);
      const double step = now.length - before.length;
      const double farther = beyond(before, now);
      length = std::clamp(farther, now.length + step / 2, now.length + 9 * step);
      before = now;
    }
    return finish(to);
  }
  std::int64_t evaluations() const { return evaluations_; }

 private:
  bool left() const { return evaluations_ < options_.evaluations; }

  Trial at(double length) {
    ++evaluations_;
    last_.x.resize(from_.x.size());
    for (std::size_t i = 0; i < last_.x.size(); ++i) last_.x[i] = from_.x[i] + length * direction_[i];
    last_.loss = function_(last_.x, last_.gradient);
    const double slope = dot(last_.gradient, direction_);
    return {length, std::isfinite(slope) ? last_.loss : std::numeric_limits<double>::infinity(), slope};
  }
  bool is_too_long(const Trial& t) const {
    const double most = start_.loss + options_.decrease * t.length * start_.slope;
    return !(t.loss <= most + kRounding * std::abs(start_.loss));
  }
  bool is_flat(const Trial& t) const { return std::abs(t.slope) <= -options_.curvature * start_.slope; }

  void keep(const Trial& t) {
    best_ = t;
    std::swap(best_point_, last_);
  }
  double finish(Search::Point& to) {
    if (best_.length > 0) std::swap(to, best_point_);
    return best_.length;
  }

  // Where the cubic through two trials has its minimum beyond the second, if it has one.
  static double beyond(const Trial& a, const Trial& b) {
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length);
    const double square = d1 * d1 - a.slope * b.slope;
    if (square < 0) return std::numeric_limits<double>::infinity();
    const double d2 = std::sqrt(square);
    const double at = b.length - (b.length - a.length) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    return at > b.length ? at : std::numeric_limits<double>::infinity();
  }

  // Between a length that fulfills the first condition and one beyond a minimum.
  double zoom(Trial low, Trial high, Search::Point& to) {
    const double reach = largest(direction_);
    while (left() && std::abs(high.length - low.length) * reach > options_.shortest) {
      const Trial now = at(between(low, high, 0.1));
      if (is_too_long(now) || now.loss >= low.loss) {
        // Where losses differ by rounding alone, the slope decides.
        const bool rounded = !is_too_long(now) && is_flat(now);
        if (rounded) keep(now);
        if (rounded) break;
        high = now;
        continue;
      }
      keep(now);
      if (is_flat(now)) break;
      if (now.slope * (high.length - low.length) >= 0) high = low;
      low = now;
    }
    return finish(to);
  }

  const Search::Function& function_;
  const Search::Point& from_;
  const Search::Vector& direction_;
  const LineSearchOptions& options_;
  Trial start_, best_;
  Search::Point last_, best_point_;
  std::int64_t evaluations_ = 0;
};

}  // namespace

double dot(const Search::Vector& a, const Search::Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest(const Search::Vector& a) {
  double most = 0;
  for (const double each : a) most = std::max(most, std::abs(each));
  return most;
}

double line_search(const Search::Function& function, const Search::Point& from,
                   const Search::Vector& direction, double length, const LineSearchOptions& options,
                   Search::Point& to, std::int64_t& evaluations) {
  Line line(function, from, direction, options);
  const double found = line.search(length, to);
  evaluations += line.evaluations();
  return found;
}

}  // namespace luge::optim
