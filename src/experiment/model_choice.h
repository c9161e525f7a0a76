// From the keys to a network of the gallery.
#pragma once

#include <cstdint>

#include "luge/experiment/config.h"
#include "luge/models/gallery.h"
#include "luge/nn/module.h"

namespace luge::experiment {

/// The network of the file that model= names, or the gallery's with the options that the configuration gives;
/// throws SettingError that lists the nearest names, or the options of the model.
models::Entry model_entry(const Config& config);
/// The same where there is no data. A network file that does not say how many outputs it has gets the fewest
/// that classes can have, two.
models::Entry entry_without_data(const Config& config);
/// The network with this many outputs; with 0 as many as usual.
nn::Model make_model(const models::Entry& entry, std::int64_t outputs);
/// Puts the entry's own choices where the user made none: data, optimizer, rate, batch, epochs, and the loss
/// where there is no data for it to follow from.
void take_defaults(Config& config, const models::Entry& entry);

}  // namespace luge::experiment
