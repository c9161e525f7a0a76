// From the bytes of a record to an Event.
#pragma once

#include <optional>
#include <string_view>

#include "luge/io/tensorboard.h"

namespace luge::io {

/// Nothing for bytes that are not a well-formed message.
std::optional<Event> parse_event(std::string_view bytes);

}  // namespace luge::io
