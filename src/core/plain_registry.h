// PlainRegistry: things that are made by name, each with one line that says what it is.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "luge/error.h"

namespace luge {

/// The registered things of one kind. `Make` makes one of them.
template <class Make>
class PlainRegistry {
 public:
  /// `kind` is what errors call them: "loss".
  explicit PlainRegistry(std::string kind) : kind_(std::move(kind)) {}

  /// Adds one. Returns false when the name is taken.
  bool add(const std::string& name, const std::string& description, Make make) {
    return entries_.emplace(name, Entry{description, std::move(make)}).second;
  }
  /// Returns what makes the thing of this name, or null.
  const Make* find(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.make;
  }
  /// Returns the line about it. Throws ValueError as refuse does.
  const std::string& description(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) refuse(name);
    return found->second.description;
  }
  /// Returns the names, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  /// Throws ValueError that lists the names.
  [[noreturn]] void refuse(const std::string& name) const {
    throw ValueError(
        fmt::format("no {} is called '{}'; there are {}", kind_, name, fmt::join(names(), ", ")));
  }

 private:
  struct Entry {
    std::string description;
    Make make;
  };
  std::string kind_;
  std::map<std::string, Entry> entries_;
};

}  // namespace luge
