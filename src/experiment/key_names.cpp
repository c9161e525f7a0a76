#include "experiment/key_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "core/nearest.h"

namespace luge::experiment {
namespace {

std::string last_part(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

// An option of one of several things that are chosen together, such as metric.bleu.n.
bool is_of_one_of_several(const Key& key) {
  return !key.option.empty() && std::count(key.name.begin(), key.name.end(), '.') > 1;
}

// Whether the last part of a name is enough. Options of registered things, which a program may add, take no
// short name away from other keys.
bool is_enough(const std::vector<Key>& keys, const Key& key) {
  const std::string part = last_part(key.name);
  const auto same = [&](const Key& other) {
    return last_part(other.name) == part && !is_of_one_of_several(other) &&
           (other.option.empty() || !key.option.empty());
  };
  return part != "name" && !is_of_one_of_several(key) && std::count_if(keys.begin(), keys.end(), same) == 1;
}

// The keys in the same table: those that begin like augment.flip.q, or else like augment.
std::vector<Key> in_same_table(const std::vector<Key>& keys, std::string_view name) {
  for (auto dot = name.rfind('.'); dot != std::string_view::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
    std::vector<Key> same;
    for (const Key& key : keys) {
      if (key.name.starts_with(name.substr(0, dot + 1))) same.push_back(key);
    }
    if (!same.empty()) return same;
  }
  return {};
}

// The key that a person calls `part`, or another program does; null when there is none.
const Key* called(const std::vector<Key>& keys, std::string_view part, bool elsewhere) {
  for (const Key& key : keys) {
    std::vector<std::string> others = key.aliases;
    if (elsewhere) others.insert(others.end(), key.elsewhere.begin(), key.elsewhere.end());
    if (is_enough(keys, key)) others.push_back(last_part(key.name));
    for (const std::string& other : others) {
      if (other != "name" && edit_distance(other, part) == 0) return &key;
    }
  }
  return nullptr;
}

// What other programs have a key for and Luge has none, with what to write instead.
struct Foreign {
  std::vector<std::string_view> names;
  std::string_view answer;
};
const Foreign kForeign[] = {
    {{"device", "gpu", "cuda"}, "there is nothing to choose: Luge computes on the processor"},
    {{"class_mode"},
     "labels are numbers of classes, and the loss decides what they mean: leave it out for categorical and "
     "sparse, write loss=binary-cross-entropy for binary and task=autoencoding for input"},
    {{"rescale"},
     "bytes become 0 … 1 by themselves, as with 1/255; normalize=none keeps them so, and "
     "normalize=standardize, which is usual, scales them by mean and deviation"},
    {{"follow_links"}, "symbolic links are followed"},
};

std::string answer_to(std::string_view name) {
  for (const Foreign& each : kForeign) {
    for (const std::string_view other : each.names) {
      if (edit_distance(other, name) == 0) return fmt::format("; {}", each.answer);
    }
  }
  return "";
}

}  // namespace

const Key* find_key(const std::vector<Key>& keys, std::string_view name) {
  for (const Key& key : keys) {
    if (key.name == name) return &key;
  }
  for (const Key& key : keys) {
    for (const std::string& alias : key.aliases) {
      if (alias == name) return &key;
    }
  }
  for (const Key& key : keys) {
    if (last_part(key.name) == name && is_enough(keys, key)) return &key;
    if (name.find('.') != std::string_view::npos && key.name.ends_with("." + std::string(name))) return &key;
  }
  return nullptr;
}

std::string spelled_today(const Key& key, std::string value) {
  if (key.name == "data.normalize" && value == "standardise") return "standardize";
  if (key.name == "data.color_mode" && value == "grayscale") return "gray";
  return value;
}

std::string meant(const std::vector<Key>& keys, std::string_view name,
                  const std::vector<std::string>& names) {
  const std::string_view part = name.substr(name.rfind('.') + 1);  // npos + 1 is 0
  const std::vector<Key> same = in_same_table(keys, name);
  if (const Key* key = called(same, part, true)) return fmt::format("; did you mean {}?", key->name);
  // Who writes loss.gamma does not mean what other programs call gamma in another table.
  if (const Key* key = called(keys, part, same.empty()))
    return fmt::format("; did you mean {}?", short_name(keys, *key));
  if (const std::string answer = answer_to(part); !answer.empty()) return answer;
  std::vector<std::string> whole;
  // Several callbacks have a patience.
  for (const Key& key : keys) {
    if (same.empty() && key.option.empty() && part != "name" && last_part(key.name) == part)
      whole.push_back(key.name);
  }
  if (!whole.empty()) return fmt::format("; did you mean {}?", fmt::join(whole, " or "));
  for (const Key& key : same) {
    if (last_part(key.name) != "name") whole.push_back(key.name);
  }
  return suggestion(name, whole.empty() ? names : whole);
}

// The key that a word without one probably belongs to: a file is what is read, all else what comes first.
const Key& likely_key(const std::vector<Key>& keys, const std::string& word) {
  std::error_code error;
  if (std::filesystem::exists(word, error)) {
    for (const Key& key : keys) {
      if (key.name == "input" || key.name == "data.name") return key;
    }
  }
  return keys.front();
}

std::string short_name(const std::vector<Key>& keys, const Key& key) {
  if (!key.aliases.empty()) return key.aliases.front();
  return is_enough(keys, key) ? last_part(key.name) : key.name;
}

}  // namespace luge::experiment
