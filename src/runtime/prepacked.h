// Prepacked: values that a Program needs and that depend on Variables alone. They are computed once for each
// version of these Variables.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/program.h"

namespace luge {

/// What one computation gave for some source buffers. It is kept next to each of them, and code that changes
/// the content of a buffer drops it: the values are valid while they are kept with all their
/// sources.
struct Prepacked {
  std::string computation;             // says what is computed
  std::vector<const Buffer*> sources;  // in the order of the computation's leaves
  std::vector<BufferRef> values;

  /// Returns what the prepacking part of a Program gives for the leaves of that Program: the values next to
  /// their buffers, or new ones, which are computed now and kept there.
  static std::shared_ptr<Prepacked> find_or_compute(const Program::Prepack& part,
                                                    const std::vector<BoundLeaf>& leaves);
};

}  // namespace luge
