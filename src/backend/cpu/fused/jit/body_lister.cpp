#include "backend/cpu/fused/jit/body_lister.h"

#include "backend/cpu/fused/jit/body.h"

namespace luge::cpu::fused::jit {

Listing BodyLister::whole(int count) {
  Listing listing(plan_.isa);
  const auto write = [&](const BodyPlan& plan, int vector) {
    BodyWriter body(plan, listing);
    body.write(false, vector, vector);
    fits_ &= body.fits();
  };
  int k = 0;
  for (; k + plan_.vectors <= count; k += plan_.vectors) write(plan_.several, k);
  for (; k < count; ++k) write(plan_.one, k);
  return listing;
}

Listing BodyLister::part(int accumulator) {
  Listing listing(plan_.isa);
  BodyWriter body(plan_.one, listing);
  body.write(true, 0, accumulator);
  fits_ &= body.fits();
  return listing;
}

}  // namespace luge::cpu::fused::jit
