#include "core/plain_registry.h"

#include "luge/loss/loss.h"

namespace luge::loss {
namespace {

PlainRegistry<std::function<Loss()>>& known() {
  static auto& registry = *new PlainRegistry<std::function<Loss()>>("loss");
  return registry;
}

}  // namespace

bool add(const std::string& name, const std::string& description, std::function<Loss()> make) {
  return known().add(name, description, std::move(make));
}

Loss named(const std::string& name) {
  if (const auto* make = known().find(name)) return (*make)();
  known().refuse(name);
}

std::string description(const std::string& name) { return known().description(name); }

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::loss
