#include "luge/named_tensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"
#include "luge/error.h"

namespace luge {

NamedTensors::NamedTensors(std::initializer_list<Entry> entries) {
  for (const auto& [name, value] : entries) {
    if (contains(name)) throw ValueError(fmt::format("two tensors are named '{}'; names must differ", name));
    set(name, value);
  }
}

NamedTensors::NamedTensors(const std::vector<std::string>& names, const Tensors& values) {
  if (names.size() != values.size())
    throw ValueError(
        fmt::format("{} names ({}) for {} tensors", names.size(), fmt::join(names, ", "), values.size()));
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (contains(names[k]))
      throw ValueError(fmt::format("two tensors are named '{}'; names must differ", names[k]));
    set(names[k], values[k]);
  }
}

const Tensor* NamedTensors::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [name](const Entry& entry) { return entry.first == name; });
  return found == entries_.end() ? nullptr : &found->second;
}

const Tensor& NamedTensors::operator[](std::string_view name) const {
  if (const Tensor* found = find(name)) return *found;
  throw ValueError(fmt::format("there is no tensor '{}'{}; there are: {}", name,
                               suggestion(std::string(name), names()), fmt::join(names(), ", ")));
}

void NamedTensors::set(std::string_view name, Tensor value) {
  if (name.empty()) throw ValueError("the name of a tensor is empty");
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [name](const Entry& entry) { return entry.first == name; });
  if (found != entries_.end()) {
    found->second = std::move(value);
  } else {
    entries_.emplace_back(std::string(name), std::move(value));
  }
}

void NamedTensors::erase(std::string_view name) {
  std::erase_if(entries_, [name](const Entry& entry) { return entry.first == name; });
}

std::vector<std::string> NamedTensors::names() const {
  std::vector<std::string> result;
  for (const auto& [name, value] : entries_) result.push_back(name);
  return result;
}

Tensors NamedTensors::values() const {
  Tensors result;
  for (const auto& [name, value] : entries_) result.push_back(value);
  return result;
}

Tensors NamedTensors::select(const std::vector<std::string>& names) const {
  Tensors result;
  for (const std::string& name : names) result.push_back((*this)[name]);
  return result;
}

}  // namespace luge
