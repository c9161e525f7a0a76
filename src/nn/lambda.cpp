#include "luge/nn/lambda.h"

#include <fmt/format.h>

#include "core/registry.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct Named {
  TensorFunction function;
  Positions positions;
};

Registry<Named>& functions() {
  static auto& registry = *new Registry<Named>({.one = "function", .many = "functions"});
  return registry;
}

struct LambdaText {
  std::string function;
  static void fields(auto& self, auto&& field) {
    field("function", self.function, "the name of the function", options::one_of(function_names),
          options::required);
  }
};

const RegisteredLayer<LambdaText> kLambda("lambda", "a function that is registered under a name",
                                          [](const LambdaText& text) { return Lambda(text.function); });

const bool added_lambda[] = {
    add_function("abs", "|x|", abs, Positions::apart),
    add_function("cos", "the cosine", cos, Positions::apart),
    add_function("exp", "e to the power of x", exp, Positions::apart),
    add_function("log", "the natural logarithm", log, Positions::apart),
    add_function("neg", "-x", neg, Positions::apart),
    add_function("reciprocal", "1/x", reciprocal, Positions::apart),
    add_function("sin", "the sine", sin, Positions::apart),
    add_function("sqrt", "the square root", sqrt, Positions::apart),
    add_function("square", "x²", square, Positions::apart),
};

const bool told_lambda = facts::add(
    "layer",
    {{"lambda",
      {.formula = "y = function(x)",
       .parameters = "none",
       .output = "what the function returns",
       .use = "for a step without weights that is registered as a function (luge list functions)."}}});

}  // namespace

bool add_function(const std::string& name, const std::string& description, TensorFunction function,
                  Positions positions) {
  return functions().add(name, description, [function = std::move(function), positions] {
    return Named{function, positions};
  });
}

std::vector<std::string> function_names() { return functions().names(); }

Lambda::Lambda(const std::string& function) : name_(function) {
  const Named entry = functions().make(function, {});
  function_ = entry.function, positions_ = entry.positions;
}

std::optional<LayerText> Lambda::text() const { return kLambda.text({name_}); }

Tensor Lambda::forward(const Tensor& x) const { return function_(x); }

Padded Lambda::forward_padded(const Padded& x) const {
  return positions_ == Positions::apart ? x.with(function_(x.values)) : Module::forward_padded(x);
}

std::string Lambda::describe() const { return fmt::format("Lambda {}", name_); }

}  // namespace luge::nn
