// crnn: reads text in a picture from left to right. Convolutions halve the height to a few rows, an LSTM in
// both directions reads the columns, and each column says a character or none (Shi et al. 2015). The columns
// are a quarter of those of the picture.
#include "luge/nn/rearrange.h"
#include "luge/nn/time_distributed.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {
namespace {

struct CrnnOptions {
  std::vector<std::int64_t> filters = {32, 64, 96, 96};
  std::int64_t units = 64;
  double dropout = 0;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters,
          "of each 3x3 convolution; the height is halved after each, the width after the first two", count(),
          options::elsewhere({"channels", "width"}));
    field("units", self.units, "of the LSTM in each direction; 0: no LSTM", options::at_least(0),
          options::elsewhere({"hidden_size", "hidden"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
    field("activation", self.activation, "after each convolution", activations());
  }
};

nn::Model make_network(const CrnnOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (std::size_t k = 0; k < o.filters.size(); ++k) {
    add_normalized_convolution(net, o.filters[k], o.activation);
    net.add(k < 2 ? nn::MaxPool2d(2) : nn::MaxPool2d({2, 1}));
  }
  net.add(nn::Permute({3, 1, 2}));  // columns first, each with channels and rows
  net.add(nn::TimeDistributed(nn::Flatten()));
  if (o.units > 0) net.add(nn::LSTM(o.units, {.direction = nn::Direction::both}));
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_crnn =
    add("crnn", "text in pictures of any length: 4 convolutions, an LSTM both ways, for CTC",
        [](const CrnnOptions& o) {
          return Entry{.input = Shape{1, 48, 144},
                       .outputs = 33,
                       .defaults = text_training("ctc"),
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
