#pragma once

#include <memory>

#include "backend/backend.h"

namespace luge::cpu::onednn {

/// A kernel that copies a value from one layout to another; padding of the target becomes zero.
std::shared_ptr<const PreparedKernel> make_reorder(LayoutId from, LayoutId to, const Type& type);

}  // namespace luge::cpu::onednn
