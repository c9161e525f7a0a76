#include "init/registry.h"

namespace luge::init {

Registry<Initializer>& known() {
  static auto& registry = *new Registry<Initializer>({.one = "initializer", .many = "initializers"});
  return registry;
}

bool add(const std::string& name, const std::string& description, options::Maker<Initializer> make) {
  return known().add(name, description, std::move(make));
}

Initializer named(const std::string& text, const options::Values& values) {
  return known().make(text, values);
}

std::string description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::init

namespace luge::options {

using init::Initializer;

void Type<Initializer>::set(Initializer& member, const Value& value) {
  member = init::named(std::get<std::string>(value));
}
void Type<Initializer>::describe(Info& info) {
  info.takes = "an initializer, such as he_normal or normal(mean=0,deviation=0.02)";
}

void Type<std::optional<Initializer>>::set(std::optional<Initializer>& member, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  member = text ? std::optional(init::named(*text)) : std::nullopt;
}
void Type<std::optional<Initializer>>::describe(Info& info) { Type<Initializer>::describe(info); }

}  // namespace luge::options
