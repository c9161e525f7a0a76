// One step of an optimizer that searches: the parameters as one vector, and back.
#include "luge/optim/search.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "graph/expand.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "optim/optimizer_state.h"

namespace luge::optim {
namespace {

using Vector = Search::Vector;

Tensor from_vector(const Vector& values, const Shape& shape, DType dtype) {
  return cast(tensor(values, shape), dtype);
}

// The trainable parameters as one vector of float64.
class Together {
 public:
  explicit Together(std::vector<Variable> parameters) : parameters_(std::move(parameters)) {}
  Vector values() const {
    Vector all;
    for (const Variable& each : parameters_) append(all, each.value());
    return all;
  }
  void assign(const Vector& all) {
    std::size_t at = 0;
    for (Variable& each : parameters_) {
      const auto count = static_cast<std::size_t>(each.shape().elements());
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
      each.assign(
          from_vector({begin, begin + static_cast<std::ptrdiff_t>(count)}, each.shape(), each.dtype()));
      at += count;
    }
  }
  static void append(Vector& to, const Tensor& value) {
    const auto values = value.to_vector<double>();
    to.insert(to.end(), values.begin(), values.end());
  }

 private:
  std::vector<Variable> parameters_;
};

void check_width(const nn::NamedVariable& parameter) {
  if (size_of(parameter.variable.dtype()) > 2) return;
  throw DTypeError(
      fmt::format("optimizer: parameter '{}' is {}; a search compares losses that differ little, so it needs "
                  "parameters of "
                  "f32 or f64",
                  parameter.name, name(parameter.variable.dtype())));
}

void check_gradient(const Vector& gradient, const std::string& path) {
  for (const double each : gradient) {
    if (!std::isfinite(each))
      throw NonFiniteError(fmt::format("the gradient of '{}' is {}; expected finite numbers", path, each));
  }
}

}  // namespace

bool Optimizer::searches() const { return state_->rule->search() != nullptr; }

void Optimizer::check_updates(std::string_view what) const {
  if (!searches()) return;
  throw StateError(fmt::format(
      "optimizer: {}: {} evaluates the loss itself, with all data at once; use Trainer, or search()", what,
      name()));
}

std::size_t Optimizer::State::trainable_elements() const {
  std::size_t count = 0;
  for (const Tracked& each : tracked) {
    if (each.parameter.trainable()) count += static_cast<std::size_t>(each.parameter.shape().elements());
  }
  return count;
}

double Optimizer::State::penalty(const Tracked& own, const Tensor& w) const {
  const double decay = own.decay(options);
  double sum = decay > 0 ? (luge::sum(square(w)) * (decay / 2)).item<double>() : 0;
  for (const Regularizer& each : options.regularizers) {
    if (each.selection().holds(own.path, w.shape())) sum += each.cost(w).item<double>();
  }
  return sum;
}

void Optimizer::State::make_search_state() {
  search_state.clear();
  for (const auto& [name, length] : rule->search()->state(trainable_elements())) {
    search_state.emplace(name, Variable(zeros({static_cast<std::int64_t>(length)}, f64), "search/" + name,
                                        {.trainable = false}));
  }
}

Searched Optimizer::search(const std::vector<nn::NamedVariable>& parameters, const Evaluate& evaluate) const {
  if (!searches()) throw StateError(fmt::format("optimizer: {} does not search; use step()", name()));
  if (values_come_later()) throw StateError("optimizer: search: it cannot be a part of a compiled function");
  Attempt attempt(state_);
  track(parameters);
  State& state = *state_;
  check(variables_of(parameters), Tensors(parameters.size()));

  std::vector<Variable> moving;
  for (const nn::NamedVariable& each : parameters) {
    if (!each.variable.trainable()) continue;
    check_width(each);
    moving.push_back(each.variable);
  }
  Together together(moving);

  const auto function = [&](const Vector& point, Vector& gradient, bool first) {
    together.assign(point);
    const Evaluated found = evaluate();
    if (found.gradients.size() != parameters.size()) {
      throw ValueError(
          fmt::format("optimizer: {} parameters, {} gradients", parameters.size(), found.gradients.size()));
    }
    double loss = found.loss;
    gradient.clear();
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const Variable& own = parameters[k].variable;
      if (!own.trainable()) continue;
      const State::Tracked& tracked = *state.find(own);
      const Tensor w = cast(own.value(), f64);
      Tensor slope = found.gradients[k].defined() ? cast(found.gradients[k], f64) : zeros(own.shape(), f64);
      slope = state.penalized(tracked, w, slope);
      loss += state.penalty(tracked, w);
      const std::size_t before = gradient.size();
      Together::append(gradient, slope);
      if (first && state.options.check_finite)
        check_gradient({gradient.begin() + static_cast<std::ptrdiff_t>(before), gradient.end()},
                       tracked.path);
    }
    if (first && state.options.check_finite && !std::isfinite(loss))
      throw NonFiniteError(fmt::format("the loss is {}; expected a finite number", loss));
    return loss;
  };

  AllOrNothing assigned;
  Search::Point at{together.values(), 0, {}};
  at.loss = function(at.x, at.gradient, true);
  const bool begins = steps() == 0;
  Search::State kept;
  for (const auto& [name, vector] : state.search_state)
    kept[name] = begins ? Vector() : vector.value().to_vector<double>();
  const auto trial = [&](const Vector& point, Vector& gradient) {
    try {
      return function(point, gradient, false);
    } catch (const NonFiniteError&) {  // the step was too long
      gradient.assign(point.size(), 0);
      return std::numeric_limits<double>::infinity();
    }
  };
  const Searched result = state.rule->search()->step(trial, at, kept, current_rate());
  together.assign(at.x);
  for (auto& [name, vector] : state.search_state) {
    Vector& own = kept[name];
    if (own.size() != static_cast<std::size_t>(vector.shape().elements())) {
      throw StateError(fmt::format(
          "optimizer: {} was made for {} values of '{}', and there are {} now: parameters were frozen or "
          "released since it began",
          this->name(), vector.shape().elements(), name, own.size()));
    }
    vector.assign(from_vector(own, vector.shape(), f64));
  }
  state.step.assign(scalar(steps() + 1, i64));
  assigned.keep();
  attempt.finish();
  return result;
}

}  // namespace luge::optim
