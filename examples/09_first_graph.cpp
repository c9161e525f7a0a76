// The first steps with a graph and a session: constants, Variables, placeholders, and what a session refuses.
//
// Prints:
//   a constant has its value at once: i32[3] {1, 2, 3}
//   before initialization: {}'v'{}
//   v is 7
//   after assign: 1000
//   A·B f32[3,2] {{6, 6}, {6, 6}, {6, 6}}
//   means of its rows f32[3] {6, 6, 6}
//   with four columns f32[3,4]
//   not fed: {}'B'{}
//   fed with integers: {}'A'{}f32{}
//   two dtypes: {}f32{}i32{}
#include <luge/luge.h>

#include <functional>
#include <iostream>

using namespace luge;

// Prints the error that `refused` throws.
void show(const std::string& what, const std::function<void()>& refused) {
  try {
    refused();
    std::cout << what << ": nothing was refused\n";
  } catch (const Error& error) {
    std::cout << what << ": " << error.what() << '\n';
  }
}

int main() {
  std::cout << "a constant has its value at once: " << tensor({1, 2, 3}, {3}) << '\n';

  // A Variable has a value in each session of its own, and none before it is initialized.
  Variable v(scalar(7, i32), "v");
  auto assign = graph::assign(v, scalar(1000, i32));
  graph::Session session;
  show("before initialization", [&] { session.run(v.value()); });
  session.run(graph::initialize_all());
  std::cout << "v is " << session.run(v.value()).item<int>() << '\n';
  session.run(assign);
  std::cout << "after assign: " << session.run(v.value()).item<int>() << '\n';

  // A placeholder gets its value at each run; an unknown extent may differ from run to run.
  Tensor A = graph::placeholder(f32, {3, 5}, "A"), B = graph::placeholder(f32, {5, unknown}, "B");
  Tensor C = matmul(A, B);
  const Tensors both = session.run({C, mean(C, 1)}, {{A, full({3, 5}, 2)}, {B, full({5, 2}, 0.6)}});
  std::cout << "A·B " << both[0] << "\nmeans of its rows " << both[1] << '\n';
  const Tensor wide = session.run(C, {{A, ones({3, 5})}, {B, ones({5, 4})}});
  std::cout << "with four columns f32" << wide.shape().to_string() << '\n';

  show("not fed", [&] { session.run(C, {{A, ones({3, 5})}}); });
  show("fed with integers", [&] { session.run(C, {{A, ones({3, 5}, i32)}, {B, ones({5, 4})}}); });
  show("two dtypes", [] { matmul(ones({3, 2}), ones({2, 4}, i32)); });
}
