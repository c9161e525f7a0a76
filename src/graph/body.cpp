#include "graph/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "graph/node.h"

namespace luge {
namespace {

constinit Backward installed = nullptr;

// Functions within functions: a file may nest them as deep as it is long.
constexpr int kDeepest = 32;
thread_local int depth = 0;
struct Deeper {
  Deeper() {
    if (depth >= kDeepest)
      throw GraphError(fmt::format("loops and branches are nested more than {} deep", kDeepest));
    ++depth;
  }
  ~Deeper() { --depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
};

Tensor number_leaf(const Body::Number& number) {
  Tensor leaf = argument_leaf({number.dtype, Shape{}}, "", false);
  leaf.node()->leaf = Leaf::scalar;
  std::copy(std::begin(number.words), std::end(number.words), std::begin(leaf.node()->words));
  return leaf;
}

std::size_t entry_of(const Body::Value& value) { return static_cast<std::size_t>(value.entry); }

template <class SomeBody, class Visit>
void for_each_value(SomeBody& body, Visit visit) {
  for (auto& step : body.steps) {
    if (auto* call = std::get_if<Body::Call>(&step)) {
      for (std::size_t k = 0; k < call->inputs.size(); ++k)
        visit(call->inputs[k], call->op->traits().is_type_only(k));
    }
  }
  for (auto& output : body.outputs) visit(output, false);
}

}  // namespace

Tensors replay(const Body& body, const Tensors& inputs) {
  const Building building;
  std::vector<Tensors> made;
  made.reserve(body.inputs + body.steps.size());
  for (const Tensor& input : inputs) made.push_back({input});
  const auto value = [&](const Body::Value& of) {
    return made[entry_of(of)].at(static_cast<std::size_t>(of.out));
  };
  for (const auto& step : body.steps) {
    if (const auto* number = std::get_if<Body::Number>(&step)) {
      made.push_back({number_leaf(*number)});
      continue;
    }
    const auto& call = std::get<Body::Call>(step);
    Tensors in;
    for (const Body::Value& input : call.inputs) in.push_back(value(input));
    made.push_back(make_node(call.op, in));
    if (call.again) made.back()[0].node()->barrier = true;
  }
  Tensors outputs;
  for (const Body::Value& output : body.outputs) outputs.push_back(value(output));
  return outputs;
}

Types infer(const Body& body, std::span<const Type> in) {
  const Deeper deeper;
  std::vector<Types> types;
  types.reserve(body.inputs + body.steps.size());
  for (const Type& type : in) types.push_back({type});
  const auto type = [&](const Body::Value& of) -> const Type& {
    const Types& made = types[entry_of(of)];
    if (static_cast<std::size_t>(of.out) >= made.size())
      throw FormatError("a function of a graph asks for an output that its op does not have");
    return made[static_cast<std::size_t>(of.out)];
  };
  for (const auto& step : body.steps) {
    if (const auto* number = std::get_if<Body::Number>(&step)) {
      types.push_back({Type{number->dtype, Shape{}}});
      continue;
    }
    const auto& call = std::get<Body::Call>(step);
    Types inputs;
    for (const Body::Value& input : call.inputs) inputs.push_back(type(input));
    types.push_back(call.op->infer(inputs));
  }
  Types outputs;
  for (const Body::Value& output : body.outputs) outputs.push_back(type(output));
  return outputs;
}

std::vector<bool> inputs_used(const Body& body) {
  std::vector<bool> used(body.inputs, false);
  for_each_value(body, [&](const Body::Value& value, bool) {
    if (body.is_input(value)) used[entry_of(value)] = true;
  });
  return used;
}

void replace_typed_inputs(Body& body, const std::vector<int>& instead) {
  for_each_value(body, [&](Body::Value& value, bool typed) {
    if (typed && body.is_input(value) && instead[entry_of(value)] >= 0)
      value.entry = instead[entry_of(value)];
  });
}

Body with_inputs(const Body& body, const std::vector<bool>& kept) {
  std::vector<int> numbers(body.inputs + body.steps.size());
  int next = 0;
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = k >= body.inputs || kept[k] ? next++ : -1;
  Body smaller = body;
  smaller.inputs = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true));
  for_each_value(smaller, [&](Body::Value& value, bool) { value.entry = numbers[entry_of(value)]; });
  return smaller;
}

const Body& BodyField::body() const {
  static std::mutex mutex;
  {
    const std::lock_guard lock(mutex);
    if (body_) return *body_;
  }
  // Read outside of the lock: functions hold functions.
  auto read = std::make_shared<const Body>(body_from_text(text));
  const std::lock_guard lock(mutex);
  if (!body_) body_ = std::move(read);
  return *body_;
}

Tensors backward_to_leaves(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                           std::span<const Tensor> leaves) {
  if (!installed) throw StateError("a gradient is taken before the library has been initialized");
  return installed(roots, seeds, leaves);
}
void set_backward(Backward backward) { installed = backward; }

}  // namespace luge
