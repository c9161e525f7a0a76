// Schedules: the learning rate as a function of the step. Programs compute them from the step counter, so
// that nothing is compiled again when the rate changes, and a resumed training continues exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
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
/// Returns factor^k, where k is the number of milestones that are at most the step. Throws ValueError when
/// the milestones do not rise from 1 or the factor is not above 0. Source: PyTorch MultiStepLR.
Schedule multi_step(const std::vector<std::int64_t>& milestones, double factor = 0.1);
/// Returns factors[k], where k is the number of boundaries that are at most the step. Throws ValueError when
/// the boundaries do not rise from 1, there is not one factor more than boundaries, or a factor is negative.
/// Source: optax piecewise_constant_schedule. (Keras PiecewiseConstantDecay changes one step later.)
Schedule piecewise(const std::vector<std::int64_t>& boundaries, const std::vector<double>& factors);
/// Returns 1/(1 + decay·step/every), or with `staircase` 1/(1 + decay·⌊step/every⌋). Throws ValueError when
/// `every` is below 1 or decay is negative. Source: Keras InverseTimeDecay.
Schedule inverse_time(double decay, std::int64_t every = 1, bool staircase = false);
/// Falls from 1 to `floor` as floor + (1-floor)·(1 - step/steps)^power in `steps` steps, and stays there.
/// Power 1 is a line. Throws ValueError when `steps` is below 1, the power is not above 0, or `floor` is
/// outside [0, 1]. Source: PyTorch PolynomialLR, Keras PolynomialDecay.
Schedule polynomial(std::int64_t steps, double power = 1, double floor = 0);

/// Options of cosine_restarts.
struct CosineRestartsOptions {
  std::int64_t period = 1;  ///< the number of steps of the first period, 1 or more
  std::int64_t longer = 1;  ///< each period is this many times as long as the one before, 1 or more
  double peak = 1;          ///< each period begins with the factor of the one before times this, in (0, 1]
  double floor = 0;         ///< the factor that each period ends with, in [0, 1]
};
/// Falls along half a cosine in each period and begins again. Throws ValueError when an option is out of
/// range. Source: Loshchilov and Hutter 2017 (SGDR); PyTorch CosineAnnealingWarmRestarts; Keras
/// CosineDecayRestarts (t_mul is `longer`, m_mul `peak`, alpha `floor`).
Schedule cosine_restarts(const CosineRestartsOptions& options);

/// How the peaks of a cyclical schedule change.
enum class Cycle : std::uint8_t {
  triangular,   ///< they stay
  triangular2,  ///< half as far above the floor in each cycle
  exp_range     ///< `decay`^step as far above the floor
};
/// Options of cyclical.
struct CyclicalOptions {
  Cycle cycle = Cycle::triangular;  ///< how the peaks change
  std::int64_t up = 1;              ///< the number of steps from the floor to the peak, 1 or more
  std::int64_t down = 0;            ///< the number of steps back, 0 or more; 0: the same as up
  double floor = 0.1;               ///< the factor at the lower end, in [0, 1]; at the peak it is 1
  double decay = 0.9999;            ///< of exp_range, in (0, 1]
};
/// Rises and falls between `floor` and 1 along lines. Throws ValueError when an option is out of range.
/// Source: Smith 2017; PyTorch CyclicLR with base_lr = floor·max_lr and cycle_momentum=False.
Schedule cyclical(const CyclicalOptions& options);

/// The form of the parts of one_cycle.
enum class Anneal : std::uint8_t {
  cosine,  ///< half a cosine
  linear   ///< a line
};
/// Options of one_cycle.
struct OneCycleOptions {
  std::int64_t steps = 1;          ///< the number of steps of the whole schedule, 1 or more
  double rising = 0.3;             ///< the share of the steps in which the rate rises, in [0, 1]
  Anneal anneal = Anneal::cosine;  ///< the form of the parts
  double start = 25;               ///< the first factor is 1/start; 1 or more
  double end = 1e4;                ///< the last factor is 1/(start·end); 1 or more
  bool three_phase = false;        ///< fall as long as it rose, then from 1/start to the last factor
};
/// Rises from 1/start to 1, the learning rate, and falls to 1/(start·end), where it stays. Throws ValueError
/// when an option is out of range. Source: Smith and Topin 2018; PyTorch OneCycleLR with
/// cycle_momentum=False.
Schedule one_cycle(const OneCycleOptions& options);

/// Follows each schedule for its number of steps, from its first step on; the last one without end. Throws
/// ValueError when there is none or a number but the last is below 1. Source: PyTorch SequentialLR, optax
/// join_schedules.
Schedule sequence(const std::vector<std::pair<std::int64_t, Schedule>>& parts);

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
/// Returns a schedule by its name, as the shell does: one of names(), such as "cosine" or "one-cycle". It is
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
