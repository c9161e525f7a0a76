#include "luge/ops/linalg.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

OpCase row(std::string name, std::function<Tensors(const Tensors&)> build, std::vector<Inputs> inputs,
           bool batch) {
  OpCase made = product_row(std::move(name), std::move(build), std::move(inputs));
  made.batch = batch;
  made.integers = true;
  return made;
}

OpCase einsum_row(const std::string& subscripts, std::vector<Inputs> inputs, bool batch = true) {
  return row(
      "einsum/" + subscripts, [subscripts](const Tensors& in) { return Tensors{einsum(subscripts, in)}; },
      std::move(inputs), batch);
}

const OpCases sums_of_products = {
    einsum_row("ij,jk->ik", {{uniform({3, 4}), uniform({4, 2})}, {uniform({0, 4}), uniform({4, 2})}}),
    einsum_row("bij,bjk->bik", {{uniform({2, 3, 4}), uniform({2, 4, 2})}}),
    einsum_row("bhqd,bhkd->bhqk", {{uniform({2, 2, 3, 2}), uniform({2, 2, 2, 2})}}),
    einsum_row("bi,oij,bj->bo", {{uniform({2, 3}), uniform({4, 3, 2}), uniform({2, 2})}}),
    einsum_row("ij,jk,kl->il", {{uniform({3, 2}), uniform({2, 4}), uniform({4, 2})}}),
    einsum_row("i,j->ij", {{uniform({3}), uniform({4})}}),
    einsum_row("ij,ij->ij", {{uniform({3, 2}), uniform({3, 2})}}),
    einsum_row("ij->ji", {{uniform({3, 4})}}),
    einsum_row("ij->", {{uniform({3, 4})}}),
    einsum_row("ba", {{uniform({3, 4})}}),
    einsum_row("ii", {{uniform({3, 3})}}, false),
    einsum_row("ii->i", {{uniform({3, 3})}, {uniform({0, 0})}}, false),
    einsum_row("iij,jk->ki", {{uniform({3, 3, 2}), uniform({2, 4})}}, false),
    einsum_row("...ij,...jk->...ik",
               {{uniform({2, 2, 3}), uniform({3, 2})}, {uniform({2, 1, 2, 3}), uniform({2, 3, 3, 1})}}),
    einsum_row("...i,...i", {{uniform({3, 2}), uniform({2})}, {uniform({3}), uniform({3})}}),
    einsum_row("i...->...", {{uniform({3, 2, 4})}}),
    einsum_row("ij,jk", {{uniform({3, 1}), uniform({4, 2})}}, false),
    einsum_row("abcd,ebcd->abce", {{uniform({2, 2, 1, 3}), uniform({2, 2, 1, 3})}}, false),
    einsum_row(",i->i", {{uniform({}), uniform({3})}}, false),
};

const OpCases contractions = {
    row("tensordot", of_two([](T a, T b) { return tensordot(a, b); }),
        {{uniform({2, 3, 4}), uniform({3, 4, 2})}, {uniform({3, 4}), uniform({3, 4})}}, false),
    row("tensordot/pairs", of_two([](T a, T b) {
          return tensordot(a, b, {2, 0}, {0, 1});
        }),
        {{uniform({3, 2, 4}), uniform({4, 3, 5})}}, false),
    row("tensordot/none", of_two([](T a, T b) { return tensordot(a, b, 0); }),
        {{uniform({3}), uniform({2, 2})}}, true),
    row("addmm", of_three([](T c, T a, T b) { return addmm(c, a, b); }),
        {{uniform({5}), uniform({3, 4}), uniform({4, 5})},
         {uniform({3, 5}), uniform({3, 4}), uniform({4, 5})},
         {uniform({}), uniform({3, 0}), uniform({0, 5})}},
        false),
    row("addmm/scaled", of_three([](T c, T a, T b) {
          return addmm(c, a, b, {.alpha = 2, .beta = -3, .transpose_a = true, .transpose_b = true});
        }),
        {{uniform({3, 1}), uniform({4, 3}), uniform({5, 4})}}, false),
    row("addmm/only the product", of_three([](T c, T a, T b) { return addmm(c, a, b, {.beta = 0}); }),
        {{uniform({3, 5}), uniform({3, 4}), uniform({4, 5})}}, true),
};

}  // namespace
}  // namespace luge::testing
