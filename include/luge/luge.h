// All of Luge: one include for programs that use it. Every public header stands here.
#pragma once

#include "luge/autodiff.h"
#include "luge/dtype.h"
#include "luge/error.h"
#include "luge/random.h"
#include "luge/shape.h"
#include "luge/tensor.h"
#include "luge/variable.h"
