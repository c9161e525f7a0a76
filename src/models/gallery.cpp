#include "luge/models/gallery.h"

#include "core/registry.h"

namespace luge::models {
namespace {

Registry<Entry>& registry() {
  static auto& models = *new Registry<Entry>({.one = "model", .many = "models", .key = "model.name"});
  return models;
}

}  // namespace

bool add(const std::string& name, const std::string& description, options::Maker<Entry> make) {
  return registry().add(name, description, std::move(make));
}

std::vector<std::string> names() { return registry().names(); }

Entry find(std::string_view name, const options::Values& values) {
  Entry entry = registry().make(name, values);
  entry.name = name;
  entry.description = registry().member(name).description;
  return entry;
}

nn::Model make(std::string_view name, std::int64_t outputs, const options::Values& values) {
  const Entry entry = find(name, values);
  return entry.make(outputs > 0 ? outputs : entry.outputs);
}

}  // namespace luge::models
