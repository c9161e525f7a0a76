// Draws of linear algebra: matrices far from singular, and sums of products.
#include <map>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }

// Matrices [...,n,n] with a diagonal from 4 to 5 and smaller elements, or symmetric ones.
int regular(Draft& d, std::int64_t n) {
  const int x = d.chance(0.5) ? d.leaf({d.between(1, 3), n, n}, -1, 1) : d.leaf({n, n}, -1, 1);
  return d.add("add", {x, d.add("diag", {d.leaf({n}, 4, 5)}, {{"offset", {0}}})});
}

void equations(Draft& d) {
  const std::int64_t n = d.between(1, 4);
  const int a = regular(d, n);
  const int b = d.chance(0.2) ? d.leaf({n}, -1, 1) : d.leaf({n, d.between(1, 3)}, -1, 1);
  if (d.chance(0.5)) {
    d.add("solve", {a, b}, {}, 1);
    return;
  }
  std::map<std::string, Numbers> with;
  for (const char* option : {"upper", "transpose"}) {
    if (d.chance(0.5)) with[option] = {1};
  }
  d.add("triangular_solve", {a, b}, with, 1);
}

void factors(Draft& d) {
  const std::int64_t n = d.between(1, 4);
  const int x = regular(d, n);
  switch (d.below(5)) {
    case 0: d.add("inverse", {x}, {}, 1); break;
    case 1: d.add("det", {x}, {}, 700); break;
    case 2: d.add("slogdet", {x}, {}, 7); break;
    case 3: d.add("cholesky", {d.add("matmul", {x, x}, {{"transpose_b", {1}}}, 40)}, {}, 6); break;
    default: {
      // A vector, whose only singular value differs from all others.
      const std::int64_t m = d.between(1, 5);
      d.add("svd", {d.leaf(d.chance(0.5) ? Shape{2, m, 1} : Shape{1, m}, 0.5, 1.5)}, {}, 3);
    }
  }
}

void einsum(Draft& d) {
  const std::string subscripts = d.one_of<std::string>(
      {"ij,jk->ik", "bij,bjk->bik", "bhid,bhjd->bhij", "i,j->ij", "ij,ij->i", "ij->j", "ii->i", "iij,jk->ki",
       "ij,jk,kl", "bi,oij,bj->bo", "...i,ij->...j", "abcd,ebcd->abce"});
  std::map<char, std::int64_t> extents;
  std::vector<int> in;
  std::vector<std::int64_t> shape;
  const std::string terms = subscripts.substr(0, subscripts.find("->")) + ",";
  for (const char c : terms) {
    if (c == ',') {
      in.push_back(d.leaf(Shape(shape), -1, 1));
      shape.clear();
    } else {
      const char letter = c == '.' ? static_cast<char>('A' + shape.size()) : c;
      if (!extents.contains(letter)) extents[letter] = d.one_of({1, 2, 3, 5});
      shape.push_back(extents[letter]);
    }
  }
  Numbers codes;
  for (const char c : subscripts) codes.push_back(c);
  d.add("einsum", in, {{"subscripts", codes}}, 4);
}

void contraction(Draft& d) {
  const std::int64_t m = d.between(1, 4), n = d.between(1, 4), k = d.between(1, 4), l = d.between(1, 3);
  if (d.chance(0.5)) {
    d.add("tensordot", {d.leaf({m, k, l}, -1, 1), d.leaf({k, l, n}, -1, 1)}, {{"axes", {2}}}, 4);
  } else {
    d.add("tensordot", {d.leaf({m, k, l}, -1, 1), d.leaf({l, n, m}, -1, 1)},
          {{"axes_a", {0, -1}}, {"axes_b", {2, 0}}}, 4);
  }
}

void addmm(Draft& d) {
  const std::int64_t m = d.one_of({1, 3, 8, 17}), k = d.one_of({1, 4, 16, 33}), n = d.one_of({1, 5, 16});
  const bool turn_a = d.chance(0.3), turn_b = d.chance(0.3);
  std::map<std::string, Numbers> with;
  if (turn_a) with["transpose_a"] = {1};
  if (turn_b) with["transpose_b"] = {1};
  if (d.chance(0.4)) with["alpha"] = {0.5};
  if (d.chance(0.4)) with["beta"] = {as_number(d.between(0, 2))};
  const int c = d.leaf(d.one_of<Shape>({{n}, {m, n}, {m, 1}, {}}), -1, 1);
  d.add("addmm",
        {c, d.leaf(turn_a ? Shape{k, m} : Shape{m, k}, -1, 1),
         d.weights(turn_b ? Shape{n, k} : Shape{k, n}, k, "real")},
        with, 3);
}

}  // namespace

std::vector<Draw> linalg_draws() {
  return {{"equations", 1, equations},
          {"factors", 1, factors},
          {"einsum", 1, einsum},
          {"addmm", 1, addmm},
          {"contraction", 1, contraction}};
}

}  // namespace luge::fuzz
