// A visitor of variants made of lambdas, one for each type: a type without one does not compile.
#pragma once

namespace luge::cpu::fused {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace luge::cpu::fused
