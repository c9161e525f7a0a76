#include "backend/registry.h"

#include <fmt/format.h>

#include "luge/error.h"

namespace luge {

void KernelRegistry::add(std::string_view op, Kernels best_first) {
  const auto [entry, added] = ops_.try_emplace(std::string(op));
  if (!added) throw StateError(fmt::format("{}: its candidates are listed twice", op));
  Listed& listed = entry->second;
  listed.owned = std::move(best_first);
  for (const auto& kernel : listed.owned) listed.kernels.push_back(kernel.get());
}

std::span<const Kernel* const> KernelRegistry::kernels(std::string_view op) const {
  const auto found = ops_.find(op);
  if (found == ops_.end()) return {};
  return found->second.kernels;
}

Offer refuse(std::string reason) {
  Offer offer;
  offer.refusal = std::move(reason);
  return offer;
}

}  // namespace luge
