// From a network of the gallery to a network file.
#pragma once

#include <string>

#include "luge/models/gallery.h"

namespace luge::experiment {

/// The network as text, with its [defaults]; "auto" where an option is the number of outputs. Throws
/// ValueError that names the network and the layer that cannot be written.
std::string network_text(const models::Entry& entry);

}  // namespace luge::experiment
