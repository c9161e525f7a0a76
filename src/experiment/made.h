// Makes what a configuration chooses.
#pragma once

#include <string_view>

#include "luge/experiment/config.h"

namespace luge::experiment {

/// Throws SettingError that names the key of the option that the error is about, as it was given.
[[noreturn]] void refuse_made(const Config& config, std::string_view family, const ValueError& error);

/// What `make` returns. Some values are judged only by what is made of them.
template <class Make>
auto made(const Config& config, std::string_view family, const Make& make) {
  try {
    return make();
  } catch (const ValueError& error) {
    refuse_made(config, family, error);
  }
}

}  // namespace luge::experiment
