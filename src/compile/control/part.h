// Part: a function as a Program that a kernel runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "compile/pipeline.h"
#include "graph/body.h"

namespace luge::compiler {

/// Offsets in the scratch of a kernel, each at a line of its own.
class Scratch {
 public:
  std::size_t take(std::size_t bytes) {
    const std::size_t at = bytes_;
    bytes_ += (bytes + 63) / 64 * 64;
    return at;
  }
  /// For a value: a line more than its elements, for vector loads.
  std::size_t take_cell(std::size_t bytes) { return take(bytes + 64); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

class Part {
 public:
  struct Wanted {
    std::vector<bool> outputs;                 // those that are computed
    std::size_t fixed_from = ~std::size_t{0};  // inputs from this one on are the same in all trips
  };
  /// Compiles the function for inputs of these types. Takes what it needs of the scratch.
  Part(const Body& body, std::span<const Type> in, const Wanted& wanted, const Options& options,
       Scratch& scratch);

  std::shared_ptr<const Program> program() const { return program_; }
  /// Addresses of its leaves: the inputs, and room for what it adds.
  std::vector<void*> leaves() const { return std::vector<void*>(program_->inputs.size()); }
  /// Before the first trip: computes once what depends on fixed inputs alone, and brings these into the
  /// layouts in which the trips read them. `leaves` holds the addresses of the fixed inputs.
  void begin(std::vector<void*>& leaves, std::byte* scratch) const;
  void run(const std::vector<void*>& leaves, std::span<void* const> results, std::byte* scratch) const {
    program_->run_part(leaves, results, scratch + arena_);
  }

 private:
  struct Conversion {
    std::size_t leaf;
    std::shared_ptr<const PreparedKernel> kernel;
    std::size_t cell;
    void run(std::vector<void*>& leaves, std::byte* scratch) const;
  };
  std::vector<Conversion> conversions_of(const Program& program, Scratch& scratch) const;
  void prepare_fixed(Scratch& scratch);

  std::shared_ptr<const Program> program_;
  std::size_t arena_ = 0;
  std::vector<Conversion> conversions_, fixed_conversions_;
  std::vector<std::size_t> fixed_cells_;  // of what is computed once
  mutable std::vector<void*> fixed_leaves_, fixed_results_;
};

/// Throws the present error again, with `where` and the trip before its text; -1: no trip.
[[noreturn]] void rethrow_named(std::string_view op, std::string_view where, std::int64_t trip);

/// Runs, and names the op and the trip in the errors of the function.
template <class Run>
void run_named(std::string_view op, std::string_view where, std::int64_t trip, const Run& run) {
  try {
    run();
  } catch (...) {
    rethrow_named(op, where, trip);
  }
}

}  // namespace luge::compiler
