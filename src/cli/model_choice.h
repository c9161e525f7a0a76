// From the keys to a network of the gallery.
#pragma once

#include <cstdint>

#include "cli/arguments.h"
#include "luge/models/gallery.h"
#include "luge/nn/module.h"

namespace luge::cli {

/// The gallery's entry; throws Misuse listing the nearest.
models::Entry model_entry(const Arguments& arguments);
/// The network with this many outputs and the layers that hidden= and dropout= name.
nn::Model make_model(const Arguments& arguments, const models::Entry& entry, std::int64_t outputs);
/// Puts the entry's own choices where the user made none: data, optimizer, rate, batch, epochs, and the loss
/// where there is no data for it to follow from.
void take_defaults(Arguments& arguments, const models::Entry& entry);

}  // namespace luge::cli
