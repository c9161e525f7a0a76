#include "core/registry.h"

#include "loss/sum.h"
#include "luge/loss/loss.h"

namespace luge::loss {
namespace {

Registry<Loss>& known() {
  static auto& registry = *new Registry<Loss>({.one = "loss", .many = "losses", .key = "loss.name"});
  return registry;
}

const bool has_sums = known().take_texts(sum_text);

}  // namespace

bool add(const std::string& name, const std::string& description, options::Maker<Loss> make) {
  return known().add(name, description, std::move(make));
}

Loss named(const std::string& name, const options::Values& values) { return known().make(name, values); }

std::string description(const std::string& name) { return known().member(name).description; }

std::vector<options::Info> options_of(const std::string& name) { return known().member(name).options; }

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::loss
