// A forward pass by hand, with the shape after each operation, and the same network from layers.
//
// Prints:
//   picture [1,1,32,32]
//   convolution, 8 filters 5x5 [1,8,28,28]
//   largest of 2x2 [1,8,14,14]
//   relu [1,8,14,14]
//   dropout, 0.6 kept [1,8,14,14]
//   convolution, 20 filters 5x5 [1,20,10,10]
//   largest of 2x2 [1,20,5,5]
//   sigmoid [1,20,5,5]
//   dropout, 0.5 kept [1,20,5,5]
//   in a row [1,500]
//   fully connected [1,120]
//   fully connected with a bias [1,9]
//   kept {0.5..0.7} and {0.4..0.6}
//   from layers: {} after 11 layers, 65289 parameters
#include <luge/luge.h>

#include <iostream>

using namespace luge;

Tensor show(const std::string& what, const Tensor& x) {
  std::cout << what << ' ' << x.shape().to_string() << '\n';
  return x;
}

double share_kept(const Tensor& before, const Tensor& after) {
  return count_nonzero(after).item<double>() / count_nonzero(before).item<double>();
}

int main() {
  random::seed(4);
  const Tensor picture = show("picture", random::normal({1, 1, 32, 32}));

  const Tensor conv1 = show("convolution, 8 filters 5x5", conv2d(picture, random::normal({8, 1, 5, 5})));
  const Tensor pool1 = show("largest of 2x2", max_pool2d(conv1, {.kernel = 2, .padding = PaddingMode::same}));
  const Tensor relu1 = show("relu", relu(pool1));
  const Tensor kept1 = show("dropout, 0.6 kept", dropout(relu1, scalar(0.6)));

  const Tensor conv2 = show("convolution, 20 filters 5x5", conv2d(kept1, random::normal({20, 8, 5, 5})));
  const Tensor pool2 = show("largest of 2x2", max_pool2d(conv2, {.kernel = 2, .padding = PaddingMode::same}));
  const Tensor sigmoid2 = show("sigmoid", sigmoid(pool2));
  const Tensor kept2 = show("dropout, 0.5 kept", dropout(sigmoid2, scalar(0.5)));

  // Fully connected: all numbers in a row, times one column of weights for each output.
  const Tensor row = show("in a row", flatten(kept2, 1));
  const Tensor hidden = show("fully connected", matmul(row, random::normal({500, 120})));
  show("fully connected with a bias", matmul(hidden, random::normal({120, 9})) + random::normal({9}));
  std::cout << "kept " << share_kept(relu1, kept1) << " and " << share_kept(sigmoid2, kept2) << '\n';

  // From layers, the first extents of the weights follow from the input.
  auto net = nn::sequential(nn::Conv2d(8, {.kernel = 5, .bias = false}), nn::MaxPool2d(2), nn::Relu(),
                            nn::Dropout::keeping(0.6),  //
                            nn::Conv2d(20, {.kernel = 5, .bias = false}), nn::MaxPool2d(2), nn::Sigmoid(),
                            nn::Dropout::keeping(0.5),  //
                            nn::Flatten(), nn::Linear(120, {.bias = false}), nn::Linear(9));
  const nn::Summary sizes = nn::summary(net, {1, 32, 32});
  std::cout << "from layers: " << sizes.layers.back().output.to_string() << " after " << sizes.layers.size()
            << " layers, " << sizes.parameters << " parameters\n";
}
