#include "core/registry.h"
#include "luge/optim/regularizer.h"

namespace luge::optim::regularizer {
namespace {

using RegularizerRegistry = Registry<Regularizer, const Context&>;

RegularizerRegistry& known() {
  static auto& registry = *new RegularizerRegistry({.one = "regularizer",
                                                    .many = "regularizers",
                                                    .key = "train.regularizers",
                                                    .options_of_each = "regularizer"});
  return registry;
}

}  // namespace

bool add(const std::string& name, const std::string& description,
         options::Maker<Regularizer, const Context&> make) {
  return known().add(name, description, std::move(make));
}

Regularizer named(const std::string& text, const Context& context, const options::Values& values) {
  return known().make(text, values, context);
}

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::optim::regularizer
