// The functions that networks are made of, in one include.
#pragma once

#include "luge/ops/activation.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/convolution.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/dropout.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/losses.h"
#include "luge/ops/noise.h"
#include "luge/ops/normalization.h"
#include "luge/ops/pooling.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/regression_losses.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/sequence.h"
#include "luge/ops/squashing.h"
