// How keys are found by what people type, and what a person probably means by a name that is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luge/experiment/config.h"

namespace luge::experiment {

/// What people type for a key: its first alias, or what follows the dot when no other key ends so.
std::string short_name(const std::vector<Key>& keys, const Key& key);
/// The key of this name: its whole name, an alias, or what comes after the dot when no other key ends so.
/// Null when there is none.
const Key* find_key(const std::vector<Key>& keys, std::string_view name);
/// The value as it is spelled today: configurations of earlier versions have other spellings.
std::string spelled_today(const Key& key, std::string value);
/// What a person probably means by a key that is not there, as the end of an error: what another program
/// calls it, or the nearest of `names`.
std::string meant(const std::vector<Key>& keys, std::string_view name, const std::vector<std::string>& names);
/// The key that a word without one probably belongs to.
const Key& likely_key(const std::vector<Key>& keys, const std::string& word);

}  // namespace luge::experiment
