// Runs a graph on a backend of the caller's choice, past the cache.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "graph/type.h"
#include "luge/tensor.h"

namespace luge::testing {

/// Elements at rest.
struct Value {
  Type type;
  std::vector<std::byte> bytes;
};
Value value_of(const Tensor& tensor);  // evaluates
Tensor tensor_of(const Value& value);
/// Every element as a double.
std::vector<double> numbers(const Value& value);

struct RunOptions {
  const Backend* backend = &reference_backend();
  std::set<std::string> disabled = {};   // passes
  Precision precision = Precision::f32;  // bf16: whatever it costs
  int threads = 1;
  std::size_t memory = 0;  // a limit in bytes; 0: none
};
/// `roots` over argument leaves, specialized to the types of `inputs`, compiled and run once.
std::vector<Value> run_graph(const Tensors& roots, const Tensors& leaves, const std::vector<Value>& inputs,
                             const RunOptions& options = {});

/// Largest |a - b| / max(1, |b|); NaN equals NaN, and infinities of one sign each other. Infinity when one
/// alone is.
double distance(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace luge::testing
