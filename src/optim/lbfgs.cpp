#include "luge/facts.h"
#include "optim/descent.h"
#include "optim/rules.h"
#include "optim/search_rule.h"

template <>
struct luge::options::Listing<luge::optim::LBFGSOptions> {
  static void fields(auto& self, auto&& field) {
    luge::optim::list_search(self, field);
    field("history", self.history, "steps that estimate the curvature", at_least(1),
          elsewhere({"history_size", "m", "maxcor"}));
  }
};

namespace luge::optim {
namespace {

using Vector = Search::Vector;

// The last moves and changes of the gradient, the oldest first, one after the other in two vectors.
class History {
 public:
  History(Search::State& state, std::size_t most, std::size_t count)
      : s_(state["s"]), y_(state["y"]), used_(state["used"]), most_(most), count_(count) {
    if (!used_.empty()) return;
    s_.assign(most * count, 0);
    y_.assign(most * count, 0);
    used_ = {0};
  }
  bool direction(const Search::Point& at, Vector& d) const {
    d = at.gradient;
    std::vector<double> share(size());
    for (std::size_t k = size(); k-- > 0;) {
      share[k] = product(s_, k, d) / product(y_, k, s_, k);
      add(d, -share[k], y_, k);
    }
    if (size() > 0) {
      const std::size_t last = size() - 1;
      const double scale = product(y_, last, s_, last) / product(y_, last, y_, last);
      for (double& each : d) each *= scale;
    }
    for (std::size_t k = 0; k < size(); ++k)
      add(d, share[k] - product(y_, k, d) / product(y_, k, s_, k), s_, k);
    for (double& each : d) each = -each;
    if (dot(d, at.gradient) < 0) return size() == 0;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = -at.gradient[i];
    return true;
  }
  double length(const Search::Point& at, const Vector&, double rate, bool plain) const {
    if (!plain) return rate;
    double sum = 0;
    for (const double each : at.gradient) sum += std::abs(each);
    return rate * std::min(1.0, 1 / sum);
  }
  void moved(const Search::Point& from, const Search::Point& to) {
    double along = 0, square = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const double y = to.gradient[i] - from.gradient[i];
      along += y * (to.x[i] - from.x[i]);
      square += y * y;
    }
    // A pair without curvature says nothing.
    if (!(along > 1e-16 * square)) return;
    if (size() == most_) {
      std::move(s_.begin() + at(1), s_.end(), s_.begin());
      std::move(y_.begin() + at(1), y_.end(), y_.begin());
      used_[0] -= 1;
    }
    for (std::size_t i = 0; i < count_; ++i) {
      s_[size() * count_ + i] = to.x[i] - from.x[i];
      y_[size() * count_ + i] = to.gradient[i] - from.gradient[i];
    }
    used_[0] += 1;
  }
  void forget() { used_[0] = 0; }

 private:
  std::size_t size() const { return static_cast<std::size_t>(used_[0]); }
  std::ptrdiff_t at(std::size_t k) const { return static_cast<std::ptrdiff_t>(k * count_); }
  double product(const Vector& a, std::size_t k, const Vector& d) const {
    double sum = 0;
    for (std::size_t i = 0; i < count_; ++i) sum += a[k * count_ + i] * d[i];
    return sum;
  }
  double product(const Vector& a, std::size_t k, const Vector& b, std::size_t l) const {
    double sum = 0;
    for (std::size_t i = 0; i < count_; ++i) sum += a[k * count_ + i] * b[l * count_ + i];
    return sum;
  }
  void add(Vector& d, double factor, const Vector& a, std::size_t k) const {
    for (std::size_t i = 0; i < count_; ++i) d[i] += factor * a[k * count_ + i];
  }
  Vector &s_, &y_, &used_;
  std::size_t most_, count_;
};

struct Method : SearchRule {
  explicit Method(const LBFGSOptions& options) : options_(options) { options::check("LBFGS", options); }
  std::string name() const override { return "lbfgs"; }
  std::map<std::string, std::size_t> state(std::size_t count) const override {
    const auto history = static_cast<std::size_t>(options_.history);
    return {{"s", history * count}, {"used", 1}, {"y", history * count}};
  }
  Searched step(const Function& function, Point& at, State& state, double rate) const override {
    History history(state, static_cast<std::size_t>(options_.history), at.x.size());
    return descend(function, at, options_, 0.9, rate, history);
  }
  LBFGSOptions options_;
};

const bool added_lbfgs =
    add("lbfgs", "steps that estimate the curvature, for full batches", make_named<LBFGS, LBFGSOptions>);

const bool told_lbfgs = facts::add(
    "optimizer", {{"lbfgs",
                   {.formula = "w ← w - length·H·g, where H estimates the inverse of the second derivatives "
                               "from the last steps, and the length is searched (strong Wolfe conditions)",
                    .use = "for small problems with all data in each step, such as regression: few steps, "
                           "each with several evaluations."}}});

}  // namespace

LBFGS::LBFGS(double learning_rate, const LBFGSOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Method>(options), learning_rate, common) {}

}  // namespace luge::optim
