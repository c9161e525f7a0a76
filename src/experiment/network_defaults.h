// The table [defaults] of a network file: how its network is trained by default.
#pragma once

#include <cstdint>

#include "luge/models/gallery.h"
#include "luge/nn/network_file.h"
#include "luge/options.h"

namespace luge::experiment {

/// What a network file says, or what follows where it says nothing.
struct NetworkDefaults {
  models::Defaults training;
  std::int64_t outputs = 0;  // the usual number; 0: it is not known
};

/// Reads the table. What is not said follows: a network over ids learns texts (next-token, with the length of
/// its input), others learn classes, or numbers where the data has some; loss and metrics are those of the
/// task; the optimizer is adam, the batch 64, the epochs 5. Throws FormatError naming file and line.
NetworkDefaults read_defaults(const nn::NetworkText& text);
/// The same as values of the table.
options::Values defaults_values(const NetworkDefaults& defaults);

}  // namespace luge::experiment
