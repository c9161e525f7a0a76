#include <luge/luge.h>

#include <iostream>

#include "backend/registry.h"
#include "graph/op_registry.h"

int main() {
  using namespace luge;
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  std::cout << "product " << matmul(x, x).to_vector<float>()[3] << '\n';
  std::cout << "ops " << registered_ops().size() << '\n';
}
