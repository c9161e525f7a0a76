// A language model that writes one character after the other: an embedding and an LSTM learn to count in
// words. Given a file, they learn from that text instead: ./07_characters novel.txt
//
// Prints:
//   loss of the first step {2.8..3.6}
//   loss of the last step {0.2..0.9}
#include <luge/luge.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace luge;

constexpr std::int64_t batch = 16, length = 48, steps = 300;

std::string numbers_in_words() {
  const std::string ones[] = {"",        "one",     "two",       "three",    "four",
                              "five",    "six",     "seven",     "eight",    "nine",
                              "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                              "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  const std::string tens[] = {"",      "",      "twenty",  "thirty", "forty",
                              "fifty", "sixty", "seventy", "eighty", "ninety"};
  std::string text;
  for (int n = 1; n < 1000; ++n) {
    if (n >= 100) text += ones[n / 100] + " hundred ";
    const int rest = n % 100;
    text += rest < 20 ? ones[rest] : tens[rest / 10] + " " + ones[rest % 10];
    text += '\n';
  }
  return text;
}

int main(int count, char** words) {
  random::seed(7);
  std::string text = numbers_in_words();
  if (count > 1) {
    std::ifstream file(words[1]);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::string letters = text;
  std::sort(letters.begin(), letters.end());
  letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
  std::vector<std::int64_t> ids;
  for (char letter : text) ids.push_back(static_cast<std::int64_t>(letters.find(letter)));
  const auto vocabulary = static_cast<std::int64_t>(letters.size());

  auto net = nn::sequential(nn::Embedding(vocabulary, 32), nn::LSTM(96), nn::Linear(vocabulary));
  net.build({length}, i64);
  optim::Adam adam(5e-3);
  auto step = compile([&](Tensor x, Tensor next) {
    Tensor loss = loss::SoftmaxCrossEntropy()(net(x), next);
    adam.step(net.parameters(), grad(loss, net.parameters()));
    return loss;
  });

  const auto most = static_cast<std::int64_t>(ids.size()) - length - 1;
  float loss = 0;
  for (std::int64_t k = 0; k < steps; ++k) {
    std::vector<std::int64_t> x, next;
    for (std::int64_t n = 0; n < batch; ++n) {
      const auto begin = ids.begin() + (k * batch + n) * 7919 % most;
      x.insert(x.end(), begin, begin + length);
      next.insert(next.end(), begin + 1, begin + length + 1);
    }
    loss = step(tensor(x, {batch, length}), tensor(next, {batch, length})).item<float>();
    if (k == 0) std::cout << "loss of the first step " << loss << '\n';
  }
  std::cout << "loss of the last step " << loss << '\n';

  net.set_training(false);
  std::vector<std::int64_t> written(ids.begin(), ids.begin() + length);
  for (int k = 0; k < 40; ++k) {  // always the likeliest next letter
    const std::vector<std::int64_t> last(written.end() - length, written.end());
    const Tensor scores = net(tensor(last, {1, length}));
    written.push_back(argmax(select(scores, 1, -1), 1).item<std::int64_t>());
  }
  for (std::int64_t id : written) std::cout << letters[static_cast<std::size_t>(id)];
  std::cout << '\n';
}
