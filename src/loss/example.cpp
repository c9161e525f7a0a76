#include "luge/loss/example.h"

#include <map>

#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

using Case = Example::Case;

std::map<std::string, MakeExample>& known() {
  static auto& all = *new std::map<std::string, MakeExample>;
  return all;
}

Tensor column(const Tensor& x) { return reshape(x, {1, 1}); }

Case of_number(const char* text, double target) { return {text, full({1, 1}, target, f64), column}; }

// The scores of three classes, of which x is the first.
Case of_classes(const char* text, const Tensor& target, double share) {
  return {text, target, [share](const Tensor& x) {
            const Tensor other = share == 0 ? full({1}, 0.0, f64) : (1 - x) * share;
            return reshape(concat({x, other, other}), {1, 3});
          }};
}

Example by_class(const Loss& loss) {
  const bool probabilities = loss.outputs() == OutputKind::probabilities;
  const double share = probabilities ? 0.5 : 0;
  Example made{.over = probabilities ? "probability p of the first of three classes"
                                     : "logit z of the first of three classes, the others are 0",
               .low = probabilities ? 0.01 : -5,
               .high = probabilities ? 0.99 : 5,
               .cases = {}};
  if (loss.about().targets == Targets::Kind::labels) {
    made.cases = {of_classes("the first class is true", tensor({std::int64_t{0}}, Shape{1}), share),
                  of_classes("another class is true", tensor({std::int64_t{1}}, Shape{1}), share)};
  } else {
    made.cases = {of_classes("t = (0.8, 0.1, 0.1)", tensor({0.8, 0.1, 0.1}, Shape{1, 3}), share),
                  of_classes("t = (0.1, 0.8, 0.1)", tensor({0.1, 0.8, 0.1}, Shape{1, 3}), share)};
  }
  return made;
}

Example usual(const Loss& loss) {
  const OutputKind kind = loss.outputs();
  if (is_by_class(kind)) return by_class(loss);
  if (kind == OutputKind::binary_probabilities)
    return {"probability p", 0.01, 0.99, {of_number("t = 1", 1), of_number("t = 0", 0)}};
  if (kind == OutputKind::binary_logits) {
    const bool signs = loss.about().targets == Targets::Kind::values;
    return {
        "logit z", -5, 5, {of_number("t = 1", 1), signs ? of_number("t = -1", -1) : of_number("t = 0", 0)}};
  }
  return {"prediction y", -3, 3, {of_number("t = 0", 0), of_number("t = 1", 1)}};
}

}  // namespace

bool add_example(const std::string& name, MakeExample make) {
  return known().emplace(name, std::move(make)).second;
}

Example example(const std::string& text, const Loss& loss) {
  const auto found = known().find(text.substr(0, text.find('(')));
  return found == known().end() ? usual(loss) : found->second(loss);
}

}  // namespace luge::loss
