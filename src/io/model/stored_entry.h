// StoredEntry: a function of a model file besides the network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/model/recording.h"
#include "luge/nn/entry.h"

namespace luge::io {

struct StoredEntry {
  std::string name;
  std::vector<nn::TensorSpec> inputs, outputs;
  std::vector<nn::StateSpec> state;
  std::int64_t batch_axis = 0;
  Recording graph;
};

/// Throws ValueError that says what does not agree in the names, the state or the batch axis.
void check_entry(const StoredEntry& entry);

/// JSON text, and back. Reading throws FormatError beginning with `path` and naming the entry.
std::string to_json(const std::vector<StoredEntry>& entries);
std::vector<StoredEntry> entries_from_json(const std::string& text, const std::string& path);

}  // namespace luge::io
