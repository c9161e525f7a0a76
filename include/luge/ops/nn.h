// The functions that networks are made of, in one include.
#pragma once

#include "luge/ops/activation.h"
#include "luge/ops/convolution.h"
#include "luge/ops/dropout.h"
#include "luge/ops/losses.h"
#include "luge/ops/normalization.h"
#include "luge/ops/pooling.h"
#include "luge/ops/sequence.h"
