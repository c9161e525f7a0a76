// Runs the condition and the step of a loop until the condition is false.
#include <fmt/format.h>

#include "compile/control/steps.h"
#include "compile/edge.h"

namespace luge::compiler {
namespace {

class WhileStep final : public PreparedKernel {
 public:
  WhileStep(const WhileAttributes& a, std::string op, const Question& question, const Options& options)
      : op_(std::move(op)),
        max_trips_(a.max_trips),
        states_(static_cast<std::size_t>(a.states)),
        of_condition_(static_cast<std::size_t>(a.of_condition)),
        of_step_(question.in.size() - states_ - of_condition_),
        condition_(a.condition.body(), std::span(question.in).first(states_ + of_condition_),
                   {{true}, states_}, options, scratch_),
        step_(a.step.body(), types_of_step(question), {std::vector<bool>(states_, true), states_}, options,
              scratch_),
        goes_on_(scratch_.take_cell(sizeof(bool))) {
    for (std::size_t k = 0; k < states_; ++k) {
      const std::size_t bytes = bytes_of(question.out[k]);
      bytes_.push_back(bytes);
      cells_.push_back({scratch_.take_cell(bytes), scratch_.take_cell(bytes)});
      const std::size_t position = states_ + 1 + k;
      const bool kept = max_trips_ >= 0 && question.out_used[position];
      before_.push_back(kept ? static_cast<int>(position) : -1);
    }
    tested_ = condition_.leaves();
    leaves_ = step_.leaves();
    results_.resize(states_);
  }

  std::size_t scratch_bytes() const { return scratch_.bytes(); }
  const Part& condition() const { return condition_; }
  const Part& step() const { return step_; }

  void run(const KernelCall& call) const override {
    auto* scratch = static_cast<std::byte*>(call.scratch);
    for (std::size_t k = 0; k < states_; ++k) leaves_[k] = call.in[k];
    for (std::size_t k = 0; k < of_condition_; ++k) tested_[states_ + k] = call.in[states_ + k];
    for (std::size_t k = 0; k < of_step_; ++k) leaves_[states_ + k] = call.in[states_ + of_condition_ + k];
    run_named(op_, {}, -1, [&] {
      condition_.begin(tested_, scratch);
      step_.begin(leaves_, scratch);
    });
    std::int64_t trip = 0;
    for (; goes_on(scratch, trip); ++trip) {
      if (max_trips_ >= 0 && trip == max_trips_) {
        throw ValueError(
            fmt::format("{}: the condition is still true after max_trips = {} trips; give a larger "
                        "bound, or count the trips in a state and end at a number of them",
                        op_, max_trips_));
      }
      for (std::size_t k = 0; k < states_; ++k) {
        if (before_[k] >= 0) copy(row(call, before_[k], trip, bytes_[k]), leaves_[k], bytes_[k]);
        results_[k] = scratch + cells_[k][static_cast<std::size_t>(trip % 2)];
      }
      run_named(op_, {}, trip, [&] { step_.run(leaves_, results_, scratch); });
      std::copy_n(results_.begin(), states_, leaves_.begin());
    }
    finish(call, trip);
  }

 private:
  std::vector<Type> types_of_step(const Question& question) const {
    std::vector<Type> types(question.in.begin(), question.in.begin() + static_cast<std::ptrdiff_t>(states_));
    types.insert(types.end(), question.in.end() - static_cast<std::ptrdiff_t>(of_step_), question.in.end());
    return types;
  }
  static void copy(void* to, const void* from, std::size_t bytes) {
    if (bytes) std::memcpy(to, from, bytes);
  }
  static std::byte* row(const KernelCall& call, int output, std::int64_t position, std::size_t bytes) {
    return static_cast<std::byte*>(call.out[output]) + static_cast<std::size_t>(position) * bytes;
  }

  bool goes_on(std::byte* scratch, std::int64_t trip) const {
    std::copy_n(leaves_.begin(), states_, tested_.begin());
    void* const result[] = {scratch + goes_on_};
    run_named(op_, "condition", trip, [&] { condition_.run(tested_, result, scratch); });
    return *reinterpret_cast<const bool*>(scratch + goes_on_);
  }

  void finish(const KernelCall& call, std::int64_t trips) const {
    for (std::size_t k = 0; k < states_; ++k) {
      if (call.out[k]) copy(call.out[k], leaves_[k], bytes_[k]);
      if (before_[k] < 0) continue;
      // Positions of trips that did not run are 0.
      const auto left = static_cast<std::size_t>(max_trips_ - trips) * bytes_[k];
      if (left) std::memset(row(call, before_[k], trips, bytes_[k]), 0, left);
    }
    if (call.out[states_]) std::memcpy(call.out[states_], &trips, sizeof trips);
  }

  std::string op_;
  std::int64_t max_trips_;
  std::size_t states_, of_condition_, of_step_;
  Scratch scratch_;
  Part condition_, step_;
  std::size_t goes_on_;
  std::vector<std::size_t> bytes_;                 // of each state
  std::vector<std::array<std::size_t, 2>> cells_;  // where its present and next value are
  std::vector<int> before_;                        // the output that holds it before each trip, or -1
  mutable std::vector<void*> tested_, leaves_, results_;
};

}  // namespace

Choice while_choice(const WhileAttributes& attributes, const Question& question, const Options& options) {
  auto kernel =
      std::make_shared<const WhileStep>(attributes, std::string(question.op->name()), question, options);
  Choice choice;
  choice.kernel = "trips";
  choice.offer.scratch = kernel->scratch_bytes();
  choice.parts = {{"condition", kernel->condition().program()}, {"body", kernel->step().program()}};
  choice.offer.kernel = std::move(kernel);
  return choice;
}

}  // namespace luge::compiler
