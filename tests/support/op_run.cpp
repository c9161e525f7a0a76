#include "support/op_run.h"

#include <algorithm>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::testing {
namespace {

// Gradients of Σ result² with respect to every floating input, so that they depend on the results.
Tensors gradients(const Tensors& results, const Tensors& inputs) {
  Tensor total;
  for (const Tensor& result : results) {
    if (!is_floating(result.dtype())) continue;
    const Tensor part = sum(square(result));
    total = total.defined() ? total + part : part;
  }
  Tensors targets;
  for (const Tensor& input : inputs) {
    if (is_floating(input.dtype())) targets.push_back(input);
  }
  if (!total.defined() || targets.empty()) return {};
  return grad(total, targets, {.seed = {}, .allow_unused = true});
}

Traced traced(const OpCase& row, Tensors leaves, bool with_gradients) {
  Tensors roots = row.build(leaves);
  if (with_gradients) {
    for (const Tensor& gradient : gradients(roots, leaves)) roots.push_back(gradient);
  }
  return {std::move(leaves), std::move(roots), {}};
}

DType dtype_of_input(const Input& input) {
  switch (input.kind) {
    case Input::Kind::index: return i64;
    case Input::Kind::truth: return boolean;
    default: return f64;
  }
}

}  // namespace

Traced trace(const OpCase& row, const std::vector<Value>& values, bool with_gradients) {
  Tensors leaves;
  for (const Value& value : values) leaves.push_back(argument_leaf(value.type, "input"));
  Traced result = traced(row, std::move(leaves), with_gradients);
  result.values = values;
  return result;
}

Traced trace_between_products(const OpCase& row, const std::vector<Value>& values, bool with_gradients) {
  const auto product = [](const Tensor& x) {
    if (!is_floating(x.dtype())) return x;
    return reshape(matmul(reshape(x, {x.elements(), 1}), ones({1, 1}, x.dtype())), x.shape());
  };
  const auto all = [product](Tensors tensors) {
    for (Tensor& tensor : tensors) tensor = product(tensor);
    return tensors;
  };
  OpCase between = row;
  between.build = [&, build = row.build](const Tensors& in) { return all(build(all(in))); };
  return trace(between, values, with_gradients);
}

bool has_batch(const Inputs& inputs) {
  const int rank = inputs[0].shape.rank();
  return rank > 0 && std::all_of(inputs.begin(), inputs.end(),
                                 [&](const Input& input) { return input.shape.rank() <= rank; });
}

Inputs with_batch(Inputs inputs, std::int64_t batch) {
  const std::int64_t first = inputs[0].shape[0];
  for (Input& input : inputs) {
    if (input.shape.rank() > 0 && input.shape[0] == first) input.shape = input.shape.with(0, batch);
  }
  return inputs;
}

Traced trace_unknown_batch(const OpCase& row, const Inputs& inputs) {
  Tensors leaves;
  for (const Input& input : with_batch(inputs, unknown)) {
    leaves.push_back(argument_leaf({dtype_of_input(input), input.shape}, "input"));
  }
  return traced(row, std::move(leaves), row.gradient);
}

std::function<Tensors(const Tensors&)> gradient_of(const OpCase& row) {
  return [build = row.build](const Tensors& inputs) { return gradients(build(inputs), inputs); };
}

std::set<std::string> optional_passes() {
  std::set<std::string> names;
  for (const compiler::Pass& pass : compiler::passes()) {
    if (pass.name != "decompose") names.insert(std::string(pass.name));
  }
  return names;
}

std::string describe(const Inputs& inputs) {
  std::string text;
  for (const Input& input : inputs) text += input.shape.to_string() + " ";
  return text;
}

}  // namespace luge::testing
