// Loads a trained network from its file and asks it about pictures. The program knows nothing of LeNet-5: the
// file holds the graph. Needs lenet5.safetensors, which example 01_layers writes.
//
// Prints:
//   right {13..20} of 20
#include <luge/luge.h>

#include <iostream>

using namespace luge;

int main(int count, char** arguments) {
  auto net = nn::load(count > 1 ? arguments[1] : "lenet5.safetensors");
  const auto test = data::fashion_mnist().test.take(20);

  int right = 0;
  for (auto [image, label] : test.batch(1)) {
    Tensor p =
        net.predict(round(image * 255));  // bytes, as a picture file holds them: the file knows how to scale
    right += argmax(p, 1).item<int64_t>() == label.item<int64_t>();
  }
  std::cout << "right " << right << " of 20\n";
}
