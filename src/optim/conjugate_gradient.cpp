#include "luge/facts.h"
#include "optim/descent.h"
#include "optim/rules.h"
#include "optim/search_rule.h"

template <>
struct luge::options::Listing<luge::optim::ConjugateGradientOptions> {
  static void fields(auto& self, auto&& field) {
    luge::optim::list_search(self, field);
    field("restart", self.restart,
          "begin again along the gradient after this many iterations; 0: as many as there are weights",
          at_least(0));
  }
};

namespace luge::optim {
namespace {

using Vector = Search::Vector;

// The last direction, the gradient before it, and how far it led.
class Conjugate {
 public:
  Conjugate(Search::State& state, std::size_t restart)
      : d_(state["direction"]), g_(state["gradient"]), since_(state["since"]), restart_(restart) {
    if (since_.empty()) since_ = {0, 0};
  }
  bool direction(const Search::Point& at, Vector& d) {
    const bool begins = since_[0] == 0 || since_[0] >= static_cast<double>(restart_) ||
                        std::abs(dot(at.gradient, g_)) >= 0.2 * dot(at.gradient, at.gradient);
    double beta = 0;
    if (!begins) beta = (dot(at.gradient, at.gradient) - dot(at.gradient, g_)) / dot(g_, g_);
    d.resize(at.x.size());
    if (beta > 0) {
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = beta * d_[i] - at.gradient[i];
    }
    plain_ = !(beta > 0) || !(dot(d, at.gradient) < 0);
    if (plain_) {
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = -at.gradient[i];
      since_[0] = 0;
    }
    next_ = d;
    return plain_;
  }
  // The first change of the loss is expected to be that of the move before.
  double length(const Search::Point& at, const Vector& d, double rate, bool) const {
    if (since_[1] < 0) return rate * since_[1] / dot(at.gradient, d);
    double sum = 0;
    for (const double each : at.gradient) sum += std::abs(each);
    return rate * std::min(1.0, 1 / sum);
  }
  void moved(const Search::Point& from, const Search::Point& to) {
    double along = 0;  // length times slope where the move began
    for (std::size_t i = 0; i < from.x.size(); ++i) along += (to.x[i] - from.x[i]) * from.gradient[i];
    since_[0] += 1;
    since_[1] = along;
    d_ = next_;
    g_ = from.gradient;
  }
  void forget() { since_[0] = 0; }

 private:
  Vector &d_, &g_, &since_, next_;
  std::size_t restart_;
  bool plain_ = true;
};

struct Method : SearchRule {
  explicit Method(const ConjugateGradientOptions& options) : options_(options) {
    options::check("ConjugateGradient", options);
  }
  std::string name() const override { return "conjugate-gradient"; }
  std::map<std::string, std::size_t> state(std::size_t count) const override {
    return {{"direction", count}, {"gradient", count}, {"since", 2}};
  }
  Searched step(const Function& function, Point& at, State& state, double rate) const override {
    Conjugate method(state, options_.restart > 0 ? static_cast<std::size_t>(options_.restart) : at.x.size());
    Searched result = descend(function, at, options_, 0.1, rate, method);
    state["direction"].resize(at.x.size());
    state["gradient"].resize(at.x.size());
    return result;
  }
  ConjugateGradientOptions options_;
};

const bool added_conjugate_gradient =
    add("conjugate-gradient", "steps along conjugate directions, for full batches",
        make_named<ConjugateGradient, ConjugateGradientOptions>);

const bool told_conjugate_gradient = facts::add(
    "optimizer", {{"conjugate-gradient",
                   {.formula = "d ← -g + max(0, β)·d, where β = g·(g - g_before)/(g_before·g_before); w ← w "
                               "+ length·d, where the length is searched",
                    .use = "for small problems with all data in each step, with less memory than lbfgs. On a "
                           "quadratic function of n weights it is done after n searches."}}});

}  // namespace

ConjugateGradient::ConjugateGradient(double learning_rate, const ConjugateGradientOptions& options,
                                     const OptimizerOptions& common)
    : Optimizer(std::make_shared<Method>(options), learning_rate, common) {}

}  // namespace luge::optim
