// The function "decode_step" of files of the task next-token: one character of each text.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/nn/entry.h"
#include "luge/nn/module.h"

namespace luge::tasks {

constexpr const char* kDecodeStep = "decode_step";
constexpr const char* kToken = "token";    // its input, i64 [N,1]
constexpr const char* kLogits = "logits";  // its output, [N,1,ids]

/// The function, for a network that can be read in steps; nothing for another one. `length` is the most
/// characters that attention keeps.
std::vector<nn::Entry> steps_of(const nn::Model& net, std::int64_t length);

}  // namespace luge::tasks
