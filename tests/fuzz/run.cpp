#include "fuzz/run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "core/dispatch.h"
#include "core/threads.h"
#include "fuzz/ops.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "runtime/settings.h"

namespace luge::fuzz {
namespace {

class Settings {
 public:
  explicit Settings(const Mode& mode) : threads_(thread_count()) {
    set_math(mode.math);
    set_thread_count(mode.threads);
    set_precision(mode.narrow ? Precision::bf16 : Precision::f32);
    set_always_bf16(mode.narrow);
  }
  ~Settings() {
    set_memory_limit(0);
    set_math(Math::fast);
    set_thread_count(threads_);
    set_precision(Precision::f32);
    set_always_bf16(false);
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

 private:
  int threads_;
};

Array array_of(const Tensor& tensor) {
  Array array{tensor.shape(), tensor.dtype(), {}};
  const auto bytes = tensor.bytes();
  array.values.reserve(static_cast<std::size_t>(tensor.elements()));
  dispatch(tensor.dtype(), [&]<class T>() {
    for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
      T element;
      std::memcpy(static_cast<void*>(&element), bytes.data() + at, sizeof element);
      array.values.push_back(convert_element<double>(element));
    }
  });
  return array;
}

std::vector<Array> arrays_of(const Tensors& tensors) {
  std::vector<Array> arrays;
  for (const Tensor& tensor : tensors) arrays.push_back(array_of(tensor));
  return arrays;
}

// Adam's epsilon and rate. With them an update is about the gradient: g/(1 + |g|/kFar).
constexpr double kFar = 16384;

optim::Optimizer optimizer_of(Update update) {
  const optim::OptimizerOptions open{.check_finite = false};
  switch (update) {
    case Update::descent: return optim::GradientDescent(1.0, open);
    case Update::guarded: return optim::GradientDescent(1.0, {.check_finite = true});
    case Update::momentum: return optim::Momentum(1.0, {.momentum = 0.5}, open);
    case Update::adam: return optim::Adam(kFar, {.epsilon = kFar}, open);
  }
  throw StateError("an update without an optimizer");
}

// The gradient by which update number `step` (from 1) moved an element by `moved`, if all had the same.
double gradient_behind(Update update, double moved, int step) {
  switch (update) {
    case Update::descent:
    case Update::guarded: return moved;
    case Update::momentum: return moved / (2 - std::exp2(1 - step));  // 1 + 1/2 + 1/4 …
    case Update::adam: return moved / (1 - std::abs(moved) / kFar);
  }
  throw StateError("an update without a gradient");
}

class Runner {
 public:
  Runner(const Case& c, const Mode& mode) : case_(c), mode_(mode) {
    for (std::size_t k = 0; k < c.lines.size(); ++k) {
      if (!c.lines[k].leaf()) continue;
      places_.push_back(static_cast<int>(k));
      leaves_.push_back(leaf_value(c.lines[k], mode.real));
    }
  }

  std::vector<Array> run() {
    if (mode_.way == Way::step && !mode_.tight) return step();
    if (mode_.way == Way::compiled || mode_.tight) return compiled();
    std::map<int, Tensor> given = by_place(leaves_);
    std::vector<Variable> kept;  // whose gradients may be asked for after the values were read
    if (mode_.way == Way::parts) {
      for (int value : case_.gradients) given[value] = kept.emplace_back(given[value]).value();
    }
    const Tensors outputs = outputs_of(given);
    if (mode_.way == Way::parts) eval(outputs);
    Tensors all = outputs;
    for (const Tensor& gradient : gradients_of(outputs, given)) all.push_back(gradient);
    eval(all);
    return arrays_of(all);
  }

 private:
  std::map<int, Tensor> by_place(const Tensors& leaves) const {
    std::map<int, Tensor> given;
    for (std::size_t k = 0; k < leaves.size(); ++k) given[places_[k]] = leaves[k];
    return given;
  }

  Tensors outputs_of(const std::map<int, Tensor>& given) const {
    const Tensors values = build(case_, given, mode_.real);
    Tensors outputs;
    for (int value : case_.outputs) outputs.push_back(values[static_cast<std::size_t>(value)]);
    return outputs;
  }

  Tensor loss_of(const Tensors& outputs) const {
    Tensor loss;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (!is_floating(outputs[k].dtype())) continue;
      const Tensor wide = outputs[k].dtype() == mode_.real ? outputs[k] : cast(outputs[k], mode_.real);
      const Tensor part = sum(wide * loss_weight(k, wide.shape(), mode_.real));
      loss = loss.defined() ? loss + part : part;
    }
    return loss;
  }

  Tensors gradients_of(const Tensors& outputs, const std::map<int, Tensor>& given) const {
    if (case_.gradients.empty()) return {};
    const Tensor loss = loss_of(outputs);
    Tensors targets;
    for (int value : case_.gradients) targets.push_back(given.at(value));
    if (loss.defined()) return grad(loss, targets, {.seed = {}, .allow_unused = true});
    for (Tensor& target : targets) target = zeros(target.shape(), target.dtype());
    return targets;
  }

  std::vector<Array> compiled() {
    const auto body = [&](const Tensors& arguments) {
      const std::map<int, Tensor> given = by_place(arguments);
      Tensors all = outputs_of(given);
      for (const Tensor& gradient : gradients_of(all, given)) all.push_back(gradient);
      return all;
    };
    auto function = compile(body);
    if (mode_.tight) {  // a quarter of the temporaries less than it takes, where that can be done
      const PlanInfo plan = function.plan(leaves_);
      const std::size_t rest = plan.state_bytes + plan.input_bytes + plan.output_bytes;
      set_memory_limit(rest + plan.arena_bytes - plan.arena_bytes / 4);
      function = compile(body);
      try {
        function.plan(leaves_);
      } catch (const MemoryError&) {
        set_memory_limit(0);
        function = compile(body);
      }
    }
    std::vector<Array> first = arrays_of(function(leaves_));
    return agree(std::move(first), arrays_of(function(leaves_)));
  }

  std::vector<Array> step() {
    std::map<int, Variable> variables;
    Variables parameters;
    Tensors arguments, start;
    std::vector<int> argument_places;
    for (std::size_t k = 0; k < leaves_.size(); ++k) {
      if (std::count(case_.gradients.begin(), case_.gradients.end(), places_[k]) == 0) {
        arguments.push_back(leaves_[k]);
        argument_places.push_back(places_[k]);
        continue;
      }
      variables[places_[k]] = Variable(leaves_[k], "v" + std::to_string(places_[k]));
    }
    for (int value : case_.gradients) {
      parameters.push_back(variables.at(value));
      start.push_back(leaves_[static_cast<std::size_t>(std::find(places_.begin(), places_.end(), value) -
                                                       places_.begin())]);
    }
    const optim::Optimizer optimizer = optimizer_of(mode_.update);
    const auto function = compile([&](const Tensors& inputs) {
      std::map<int, Tensor> given;
      for (std::size_t k = 0; k < inputs.size(); ++k) given[argument_places[k]] = inputs[k];
      for (const auto& [place, variable] : variables) given[place] = variable.value();
      const Tensors outputs = outputs_of(given);
      optimizer.step(parameters, gradients_of(outputs, given));
      return outputs;
    });
    const auto call = [&](int step) {
      std::vector<Array> results = arrays_of(function(arguments));
      for (std::size_t k = 0; k < parameters.size(); ++k) {
        Array after = array_of(parameters[k].value());
        const Array before = array_of(start[k]);
        for (std::size_t i = 0; i < after.values.size(); ++i)
          after.values[i] = gradient_behind(mode_.update, before.values[i] - after.values[i], step);
        results.push_back(std::move(after));
        parameters[k].assign(start[k]);
      }
      return results;
    };
    std::vector<Array> first = call(1);
    return agree(std::move(first), call(2));
  }

  // The second call of one program gives what the first gave, bit by bit.
  std::vector<Array> agree(std::vector<Array> first, const std::vector<Array>& second) const {
    for (std::size_t k = 0; k < first.size(); ++k) {
      for (std::size_t i = 0; i < first[k].values.size(); ++i) {
        const double a = first[k].values[i], b = second[k].values[i];
        if (a == b || (a != a && b != b)) continue;
        if (mode_.way == Way::step)
          return second;  // a slot's layout changed in between; compared like the first
        throw StateError("the second call gives other numbers than the first");
      }
    }
    return first;
  }

  const Case& case_;
  const Mode& mode_;
  std::vector<int> places_;
  Tensors leaves_;
};

}  // namespace

Outcome run(const Case& c, const Mode& mode) {
  const Settings settings(mode);
  try {
    return {Runner(c, mode).run(), {}};
  } catch (const std::exception& error) {
    return {{}, error.what()};
  }
}

}  // namespace luge::fuzz
