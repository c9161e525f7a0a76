#include <fmt/format.h>

#include "data/steps/step.h"

namespace luge::data {

Dataset derive(const Dataset& data, const Derivation& derivation) {
  return Dataset(derived_view(data.source(), derivation));
}

void derive(Record& raw, const Derivation& derivation) {
  const HostArray* value = raw.find(derivation.from);
  if (!value) return;
  HostArray made = derivation.function(*value, [] { return std::string("the record"); });
  if (!derivation.keep) raw.erase(derivation.from);
  raw.set(derivation.to, std::move(made));
}

}  // namespace luge::data
