// What a callback may decide about a step that was refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/train/callback.h"
#include "train/refused.h"

namespace luge::train {

/// A step that was refused because loss, gradient or something else was not finite. The state is that before
/// it.
struct RefusedStep {
  Fit& fit;
  const std::vector<UsedBatch>& batches;
  const std::function<std::string()>& why;  // takes a second look, and so some time
};

/// A callback that is one of these is asked about refused steps.
class Judge {
 public:
  virtual ~Judge() = default;
  /// True: the batches of the step are left out, and the training goes on.
  virtual bool leaves_out(const RefusedStep& step) = 0;
  /// The training ends. Keeps what helps a person to look, and returns the end of the error, which says so.
  virtual std::string keep(const RefusedStep& step) = 0;
};

}  // namespace luge::train
