// What the gallery's files include.
#pragma once

#include "luge/models/gallery.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
