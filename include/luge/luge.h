// All of Luge: one include for programs that use it. Every public header stands here.
#pragma once

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/dtype.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "luge/math_mode.h"
#include "luge/ops/axes.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/operand.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/shape.h"
#include "luge/tensor.h"
#include "luge/variable.h"
