#pragma once
#include "ops/attributes/control.h"

namespace luge {

/// A node of the op; the outputs of ScanAttributes.
Tensors make_scan(ScanAttributes attributes, const Tensors& inputs);

}  // namespace luge
