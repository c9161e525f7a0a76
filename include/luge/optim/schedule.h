// Schedules: the learning rate as a function of the step. They are computed in the program from the step
// counter, so a changing rate compiles nothing and a resumed training goes on exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge::optim {

/// A factor on the base rate for each step, the first step being 0.
class Schedule {
 public:
  using Factor = std::function<Tensor(const Tensor& step)>;  // f64 scalars
  Schedule() = default;                                      // constant
  Schedule(std::string name, Factor factor) : name_(std::move(name)), factor_(std::move(factor)) {}

  bool is_constant() const { return factor_ == nullptr; }
  Tensor factor(const Tensor& step) const { return factor_(step); }
  /// The factor at one step, as a number.
  double at(std::int64_t step) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_ = "constant";
  Factor factor_;
};

namespace schedule {

Schedule constant();
/// factor^⌊step/every⌋. Throws ValueError for `every` below 1 or a factor not above 0.
Schedule step(std::int64_t every, double factor = 0.1);
/// factor^(step/every). Throws as step does.
Schedule exponential(double factor, std::int64_t every = 1);
/// From 1 down to `floor` along half a cosine in `steps` steps, then `floor`. Source: Loshchilov and Hutter
/// 2017.
Schedule cosine(std::int64_t steps, double floor = 0);
/// (step+1)/steps for the first `steps` steps, then `next`, whose steps count from there.
Schedule warm_up(std::int64_t steps, Schedule next = {});

/// "constant", "step", "exponential", "cosine", for a training of so many steps; warm-up first when told.
/// Settings: step_size (steps) and factor of step and exponential, floor of cosine. What is not set follows
/// from total_steps. Throws ValueError listing the names or settings there are.
Schedule named(const std::string& name, std::int64_t total_steps, std::int64_t warm_up_steps = 0,
               const std::map<std::string, double>& settings = {});
std::vector<std::string> names();

}  // namespace schedule
}  // namespace luge::optim
