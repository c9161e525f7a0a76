#include "metrics/registry.h"

#include "core/plain_registry.h"

namespace luge::metrics {
namespace {

using Parse = std::function<std::optional<Metric>(const std::string&)>;

PlainRegistry<Parse>& known() {
  static auto& registry = *new PlainRegistry<Parse>("metric");
  return registry;
}

// The name in lists for a name that may be one of a family.
std::optional<std::string> find(const std::string& name) {
  if (known().find(name)) return name;
  for (const std::string& shown : known().names()) {
    if ((*known().find(shown))(name)) return shown;
  }
  return std::nullopt;
}

std::string shown_for(const std::string& name) {
  if (const auto shown = find(name)) return *shown;
  known().refuse(name);
}

}  // namespace

bool add_family(const std::string& shown, const std::string& description, Parse parse) {
  return known().add(shown, description, std::move(parse));
}

bool add(const std::string& name, const std::string& description, std::function<Metric()> make) {
  return add_family(name, description,
                    [name, make = std::move(make)](const std::string& wanted) -> std::optional<Metric> {
                      if (wanted != name) return std::nullopt;
                      return make();
                    });
}

Metric named(const std::string& name) { return (*known().find(shown_for(name)))(name).value(); }

bool is_name(const std::string& name) { return find(name).has_value(); }

std::string description(const std::string& name) { return known().description(shown_for(name)); }

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::metrics
