#include "luge/gradient_check.h"

#include <fmt/format.h>

#include "autodiff/gradient_checker.h"
#include "graph/probe.h"

namespace luge {

using gradient_checker::check_dtype;
using gradient_checker::Subject;
using gradient_checker::Values;

std::string GradientReport::to_string() const {
  std::string text = fmt::format("{}: max error {:.2e}, relative {:.2e}, {} checked, {} at kinks",
                                 passed ? "passed" : "FAILED", max_error, relative, checked, skipped);
  if (passed) return text;
  for (const GradientEntry& entry : worst) {
    text += fmt::format("\n  {} [{}]: gradient {:.10g}, difference quotient {:.10g}", entry.path, entry.index,
                        entry.analytic, entry.numeric);
  }
  return text;
}

namespace {

/// `paths` names the inputs.
GradientReport check_inputs(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs,
                            const std::vector<std::string>& paths, const GradientCheckOptions& options) {
  Tensors current;
  std::vector<std::size_t> indices;  // of the targets among the inputs
  Subject subject;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check_dtype(inputs[k], paths[k]);
    current.push_back(inputs[k]);
    if (inputs[k].dtype() != f64) continue;
    indices.push_back(k);
    subject.paths.push_back(paths[k]);
    subject.values.push_back(inputs[k].to_vector<double>());
    current.back() = tensor(subject.values.back(), inputs[k].shape());
  }
  subject.run = [&] {
    const Probe look;  // each evaluation sees the same state and draws the same numbers
    return function(current);
  };
  subject.targets = [&] {
    Tensors targets;
    for (std::size_t index : indices) targets.push_back(current[index]);
    return targets;
  };
  subject.assign = [&](std::size_t target, const Values& values) {
    current[indices[target]] = tensor(values, inputs[indices[target]].shape());
  };
  return gradient_checker::check(subject, options);
}

}  // namespace

GradientReport gradient_check(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs,
                              const GradientCheckOptions& options) {
  std::vector<std::string> paths;
  for (std::size_t k = 0; k < inputs.size(); ++k) paths.push_back(fmt::format("input {}", k));
  return check_inputs(function, inputs, paths, options);
}

GradientReport gradient_check(const std::function<NamedTensors(const NamedTensors&)>& function,
                              const NamedTensors& inputs, const GradientCheckOptions& options) {
  const std::vector<std::string> names = inputs.names();
  std::vector<std::string> paths;
  for (const std::string& name : names) paths.push_back(fmt::format("input '{}'", name));
  const auto listed = [&](const Tensors& values) { return function({names, values}).values(); };
  return check_inputs(listed, inputs.values(), paths, options);
}

GradientReport gradient_check(const std::function<Tensors()>& function, const Variables& variables,
                              const GradientCheckOptions& options) {
  Subject subject;
  Variables held = variables;
  for (const Variable& variable : variables) {
    check_dtype(variable.value(), fmt::format("Variable '{}'", variable.name()));
    subject.paths.push_back(variable.name());
    subject.values.push_back(variable.value().to_vector<double>());
  }
  const Probe probe;  // assignments to the Variables are forgotten
  subject.run = [&] {
    const Probe look;  // each evaluation sees the same state and draws the same numbers
    return function();
  };
  subject.targets = [&] { return Tensors(held.begin(), held.end()); };
  subject.assign = [&](std::size_t target, const Values& values) {
    held[target].assign(tensor(values, held[target].shape()));
  };
  return gradient_checker::check(subject, options);
}

}  // namespace luge
