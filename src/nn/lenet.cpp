#include "luge/nn/lenet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/shape.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::elsewhere, options::required;

struct SubsamplingText {
  SubsamplingOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("window", self.options.window, "extents of the window",
          elsewhere({"kernel", "kernel_size", "size"}));
    field("init", self.options.init, "initial value of weight",
          elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", self.options.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
  }
};

struct TableText {
  std::vector<std::string> table = {};
  TableConvOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("table", self.table, "for each output map, a digit for each input map: 1 is connected, 0 is not",
          required, options::takes("texts of the digits 0 and 1, all of one length"));
    field("kernel", own.kernel, "extents of the kernel", elsewhere({"kernel_size", "size"}));
    field("stride", own.stride, "elements that the kernel moves by", elsewhere({"strides"}));
    field("padding", own.padding, "how the input is extended at its border", elsewhere({"pad", "pads"}));
    field("bias", own.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", own.init, "initial value of weight", elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", own.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
  }
};

const RegisteredLayer<SubsamplingText> kSubsampling(
    "trainable-subsampling", "sum of each window, times a weight plus a bias for each map",
    [](const SubsamplingText& text) { return TrainableSubsampling(text.options); });
const RegisteredLayer<TableText> kTable("table-conv2d", "convolution whose maps read some of the input maps",
                                        [](const TableText& text) {
                                          check_padding_text(text.options.padding, 2);
                                          return TableConv2d(text.table, text.options);
                                        });

void check_images(const Tensor& x) {
  if (x.rank() == 4 && x.extent(1) != unknown) return;
  throw ShapeError(
      fmt::format("input {} has {} axes; expected 4: [N,C,height,width]", x.shape().to_string(), x.rank()));
}

std::string problem_of(const std::vector<std::string>& table) {
  if (table.empty()) return "table has no rows; expected one for each output map";
  for (const std::string& row : table) {
    if (row.size() != table[0].size() || row.find_first_not_of("01") != std::string::npos ||
        row.find('1') == std::string::npos) {
      return fmt::format(
          "table has the row '{}'; expected {} digits 0 and 1, one for each input map, of which "
          "at least one is 1",
          row, std::max<std::size_t>(table[0].size(), 1));
    }
  }
  return {};
}

const bool told_lenet = facts::add(
    "layer",
    {{"trainable-subsampling",
      {.formula = "y = weight·(Σ of x in each window) + bias, one weight and bias for each map",
       .parameters = "2·C",
       .output = "[N,C,…], each spatial extent ⌊n/window⌋",
       .use = "as S2 and S4 of LeNet-5."}},
     {"table-conv2d",
      {.formula = "as conv2d, where a map reads only the input maps that the table names",
       .parameters = "(connections in the table)·k + maps, where k is the product of the kernel extents",
       .output = "[N,maps,H,W], spatial extents as conv2d",
       .use = "as C3 of LeNet-5: maps that read different inputs learn different things."}}});

}  // namespace

TrainableSubsampling::TrainableSubsampling(const SubsamplingOptions& options) : options_(options) {
  constexpr std::string_view owner = "TrainableSubsampling";
  options::check(owner, SubsamplingText{options});
  check_per_axis(owner, "window", options.window, 2);
  weight = parameter("weight");
  bias = parameter("bias");
}

void TrainableSubsampling::create_parameters(const Tensor& x) const {
  check_images(x);
  const std::vector<std::int64_t> window = for_each_axis(options_.window, 2);
  const init::Fans fans{static_cast<double>(Shape(window).elements()), 1};
  create(weight, options_.init(Shape{x.extent(1)}, fans, x.dtype()));
  create(bias, options_.bias_init(Shape{x.extent(1)}, fans, x.dtype()));
}

Tensor TrainableSubsampling::forward(const Tensor& x) const {
  const auto taps = Shape(for_each_axis(options_.window, 2)).elements();
  const auto each = [](const Tensor& of_maps) { return unsqueeze(of_maps, {1, 2}); };
  return avg_pool2d(x, {.kernel = options_.window}) * (each(weight) * taps) + each(bias);
}

std::string TrainableSubsampling::describe() const {
  return fmt::format("TrainableSubsampling {}", fmt::join(for_each_axis(options_.window, 2), "x"));
}

Work TrainableSubsampling::work_of(const Tensors&, const Tensors& outputs) const {
  return {.fan_in = Shape(for_each_axis(options_.window, 2)).elements(),
          .bias = true,
          .macs = sample_elements(outputs.at(0))};
}

std::optional<LayerText> TrainableSubsampling::text() const { return kSubsampling.text({options_}); }

TableConv2d::TableConv2d(std::vector<std::string> table, const TableConvOptions& options)
    : table_(std::move(table)), options_(options) {
  constexpr std::string_view owner = "TableConv2d";
  options::check(owner, TableText{table_, options});
  if (const std::string problem = problem_of(table_); !problem.empty())
    throw options::OptionError(owner, options::OptionError("table", problem));
  check_per_axis(owner, "kernel", options.kernel, 2);
  check_per_axis(owner, "stride", options.stride, 2, true);
  check_padding(owner, options.padding, 2);
  options_.padding = for_each_axis(options.padding, 2);
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

std::int64_t TableConv2d::connections() const {
  std::int64_t count = 0;
  for (const std::string& row : table_) count += std::count(row.begin(), row.end(), '1');
  return count;
}

void TableConv2d::create_parameters(const Tensor& x) const {
  check_images(x);
  if (x.extent(1) != static_cast<std::int64_t>(table_[0].size())) {
    throw ShapeError(fmt::format("input {} has {} maps, the table connects {}", x.shape().to_string(),
                                 x.extent(1), table_[0].size()));
  }
  Shape shape{connections()};
  for (std::int64_t extent : for_each_axis(options_.kernel, 2)) shape = shape.appended(extent);
  const double taps = static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
  const auto pairs = static_cast<double>(shape[0]);
  const init::Fans fans{pairs / static_cast<double>(table_.size()) * taps,
                        pairs / static_cast<double>(table_[0].size()) * taps};
  create(weight, options_.init(shape, fans, x.dtype()));
  const auto outputs = static_cast<std::int64_t>(table_.size());
  if (bias.defined()) create(bias, options_.bias_init(Shape{outputs}, fans, x.dtype()));
}

// The kernel of each pair, and zeros for pairs that are not connected.
Tensor TableConv2d::forward(const Tensor& x) const {
  const std::int64_t missing = connections();
  std::vector<std::int64_t> rows;
  std::int64_t next = 0;
  for (const std::string& row : table_) {
    for (const char digit : row) rows.push_back(digit == '1' ? next++ : missing);
  }
  const Tensor kernels = weight;
  const Tensor all = concat({kernels, zeros_like(slice(kernels, {.stop = 1}))});
  const Shape pairs{static_cast<std::int64_t>(table_.size()), static_cast<std::int64_t>(table_[0].size())};
  return conv2d(x, take(all, tensor(rows, pairs)), bias,
                {.stride = options_.stride, .padding = options_.padding});
}

std::string TableConv2d::describe() const {
  return fmt::format("TableConv2d {}", fmt::join(for_each_axis(options_.kernel, 2), "x"));
}

// Each pair reads its kernel once for each position of the output map.
Work TableConv2d::work_of(const Tensors&, const Tensors& outputs) const {
  const std::int64_t neurons = sample_elements(outputs.at(0)),
                     positions = neurons / static_cast<std::int64_t>(table_.size()),
                     macs = positions * weight.variable().shape().elements();
  return {.macs = macs, .connections = macs + (bias.defined() ? neurons : 0)};
}

std::optional<LayerText> TableConv2d::text() const { return kTable.text({table_, options_}); }

std::vector<std::string> lenet5_table() {
  std::vector<std::string> table;
  const auto add = [&table](std::initializer_list<int> distances, int count) {
    for (int first = 0; first < count; ++first) {
      std::string row(6, '0');
      for (const int distance : distances) row[static_cast<std::size_t>((first + distance) % 6)] = '1';
      table.push_back(row);
    }
  };
  add({0, 1, 2}, 6);
  add({0, 1, 2, 3}, 6);
  add({0, 1, 3, 4}, 3);
  add({0, 1, 2, 3, 4, 5}, 1);
  return table;
}

}  // namespace luge::nn
