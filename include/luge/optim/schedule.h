// Schedules: the learning rate as a function of the step. Programs compute them from the step counter, so
// that nothing is compiled again when the rate changes, and a resumed training continues exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::optim {

/// A factor of the base learning rate for each step. The first step is 0.
class Schedule {
 public:
  /// From the step to the factor, both rank-0 f64.
  using Factor = std::function<Tensor(const Tensor& step)>;
  Schedule() = default;  ///< the constant factor 1
  /// Makes a schedule of your own.
  Schedule(std::string name, Factor factor) : name_(std::move(name)), factor_(std::move(factor)) {}

  /// Returns true for the constant factor 1.
  bool is_constant() const { return factor_ == nullptr; }
  /// Returns the factor at a step, rank-0 f64. The schedule must not be constant.
  Tensor factor(const Tensor& step) const { return factor_(step); }
  /// Returns the factor at a step as a number.
  double at(std::int64_t step) const;
  /// Returns the name, such as "cosine".
  const std::string& name() const { return name_; }

 private:
  std::string name_ = "constant";
  Factor factor_;
};

namespace schedule {

/// Returns the constant factor 1.
Schedule constant();
/// Returns factor^⌊step/every⌋. Throws ValueError when `every` is below 1 or the factor is not above 0.
Schedule step(std::int64_t every, double factor = 0.1);
/// Returns factor^(step/every). Throws as step does.
Schedule exponential(double factor, std::int64_t every = 1);
/// Falls from 1 to `floor` along half a cosine in `steps` steps, and stays there. Throws ValueError when
/// `steps` is below 1 or `floor` is outside [0, 1]. Source: Loshchilov and Hutter 2017.
Schedule cosine(std::int64_t steps, double floor = 0);
/// Rises as (step+1)/steps for the first `steps` steps and continues with `next`, whose first step comes
/// after them. Throws ValueError when `steps` is below 1.
Schedule warm_up(std::int64_t steps, Schedule next = {});

/// Registers a schedule under a name that named and the shell take, with one line that says what it is.
/// `make` is a function of its options, if it has any, and of the number of steps that it is stretched over.
/// Returns false when the name is taken.
///
///     const bool added = optim::schedule::add(
///         "linear", "falls along a line", [](const LinearOptions& options, std::int64_t steps) {
///           return optim::Schedule("linear", [=](const Tensor& at) { return 1 - at * options.share / steps;
///           });
///         });
bool add(const std::string& name, const std::string& description,
         options::Maker<Schedule, std::int64_t> make);
/// Returns a schedule by its name, as the shell does: "constant", "step", "exponential" or "cosine". It is
/// stretched over total_steps steps, of which the first warm_up_steps are a warm-up. The values are those of
/// its options, such as step_size (in steps), factor and floor. A step_size that is not set follows from
/// total_steps. Throws ValueError for another name, and lists those that exist; throws options::OptionError
/// for an option that it does not have or that is out of range.
Schedule named(const std::string& name, std::int64_t total_steps, std::int64_t warm_up_steps = 0,
               const options::Values& values = {});
/// Returns the line about the schedule of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace schedule
}  // namespace luge::optim
