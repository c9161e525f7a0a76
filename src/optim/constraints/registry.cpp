#include "core/registry.h"
#include "luge/optim/constraint.h"

namespace luge::optim::constraint {
namespace {

Registry<Constraint>& known() {
  static auto& registry = *new Registry<Constraint>({.one = "constraint",
                                                     .many = "constraints",
                                                     .key = "train.constraints",
                                                     .options_of_each = "constraint"});
  return registry;
}

}  // namespace

bool add(const std::string& name, const std::string& description, options::Maker<Constraint> make) {
  return known().add(name, description, std::move(make));
}

Constraint named(const std::string& text, const options::Values& values) {
  return known().make(text, values);
}

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::optim::constraint
