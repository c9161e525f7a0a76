#include "graph/evaluator.h"

#include "luge/error.h"

namespace luge {
namespace {

constinit const Evaluator* installed = nullptr;

}  // namespace

const Evaluator& evaluator() {
  if (!installed) throw StateError("a tensor is evaluated before the library has been initialized");
  return *installed;
}

void set_evaluator(const Evaluator& evaluator) { installed = &evaluator; }

}  // namespace luge
