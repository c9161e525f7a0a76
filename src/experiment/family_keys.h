// Keys that choose registered things, and keys of their options, from walking the families.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luge/experiment/config.h"

namespace luge::experiment {

/// The key that chooses from a family: "optimizer.name".
Key choice_key(std::string_view family);
/// Keys of the options of all members of a family: "optimizer.beta1", or "augment.flip.p" where a list is
/// chosen. Those that have a short name, such as lr, come first.
std::vector<Key> member_option_keys(std::string_view family);
/// choice_key and member_option_keys.
std::vector<Key> family_keys(std::string_view family);
/// The families that have a key, those of a training in the order of its lists, then all others.
std::vector<std::string> keyed_families();

}  // namespace luge::experiment
