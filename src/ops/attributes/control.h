// What control flow runs, and how its inputs and outputs are divided.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/body.h"

namespace luge {

/// Inputs: the number of trips when it is counted, the states, the sequences, and what the step captured.
/// Outputs: the last states, what the trips gave, and the states before each trip.
/// The step takes states, slices of the sequences and captured values; it gives states and slices.
struct ScanAttributes {
  BodyField step;
  std::int64_t states = 0;
  std::int64_t sequences = 0;
  std::int64_t length = -1;  // of the sequences; -1: as they come
  bool reverse = false;
  bool counted =
      false;  // the first input, rank-0 i64, is the number of trips: positions from it on are skipped
  static void fields(auto& self, auto&& field) {
    field("step", self.step.text);
    field("states", self.states);
    field("sequences", self.sequences);
    field("length", self.length);
    field("reverse", self.reverse);
    field("counted", self.counted);
  }
};

/// Inputs: the states, what the condition captured, what the step captured.
/// Outputs: the last states, the number of trips (rank-0 i64) and, with a bound, the states before each trip.
struct WhileAttributes {
  BodyField condition;
  BodyField step;
  std::int64_t states = 0;
  std::int64_t of_condition = 0;  // inputs that the condition captured
  std::int64_t max_trips = -1;    // -1: no bound
  static void fields(auto& self, auto&& field) {
    field("condition", self.condition.text);
    field("step", self.step.text);
    field("states", self.states);
    field("of_condition", self.of_condition);
    field("max_trips", self.max_trips);
  }
};

/// Inputs: the predicate (rank-0 bool), then those of both functions.
struct CondAttributes {
  BodyField then;
  BodyField otherwise;
  static void fields(auto& self, auto&& field) {
    field("then", self.then.text);
    field("otherwise", self.otherwise.text);
  }
};

/// The functions that an op runs; none for an op that runs none.
inline std::vector<const Body*> functions_of(const AnyOp& op) {
  if (const auto* scan = op.attributes<ScanAttributes>()) return {&scan->step.body()};
  if (const auto* loop = op.attributes<WhileAttributes>())
    return {&loop->condition.body(), &loop->step.body()};
  if (const auto* cond = op.attributes<CondAttributes>())
    return {&cond->then.body(), &cond->otherwise.body()};
  return {};
}

}  // namespace luge
