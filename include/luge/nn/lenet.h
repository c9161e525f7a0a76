// The two layers of LeNet-5 that other networks do not have: trainable subsampling, and a convolution that
// reads some of its input maps.
#pragma once

#include <string>
#include <vector>

#include "luge/init/init.h"
#include "luge/nn/conv.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of TrainableSubsampling.
struct SubsamplingOptions {
  PerAxis window = 2;                               ///< extents of the window, which do not overlap
  init::Initializer init = init::fan_in_uniform();  ///< initial value of weight; its fan-in is the window
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
};
/// The sum of each window of a map, times a weight, plus a bias: x [N,C,H,W] → [N,C,H',W'], with one weight
/// and one bias for each map. C is found at the first call. Throws ShapeError as avg_pool2d does. Source:
/// layers S2 and S4 of LeNet-5, LeCun et al. 1998, without the squashing function.
class TrainableSubsampling : public Layer<TrainableSubsampling> {
 public:
  /// Makes the layer. Throws OptionError for a window extent below 1.
  explicit TrainableSubsampling(const SubsamplingOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C]
      bias;          ///< [C]

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  SubsamplingOptions options_;
};

/// Options of TableConv2d.
struct TableConvOptions {
  PerAxis kernel = 5;       ///< extents of the kernel
  PerAxis stride = 1;       ///< elements that the kernel moves by
  Padding padding = valid;  ///< how the input is extended at its border
  bool bias = true;         ///< add a bias
  /// Initial value of weight. Its fan-in is the mean number of connected maps times the kernel.
  init::Initializer init = init::fan_in_uniform();
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
};
/// A convolution whose output maps each read some of the input maps: x [N,C,H,W] → [N,outputs,H',W']. The
/// table has one row for each output map, with one digit for each input map: 1 is connected and 0 is not.
/// Only connected pairs have weights. Throws ShapeError when the channels of x do not match the table, and as
/// conv2d does. Source: layer C3 of LeNet-5, LeCun et al. 1998.
///
///     nn::TableConv2d c3(nn::lenet5_table(), {.kernel = 5});
class TableConv2d : public Layer<TableConv2d> {
 public:
  /// Makes the layer. Throws OptionError for a table without rows, rows of different lengths or without a 1,
  /// other characters than 0 and 1, and for options as Conv2d does.
  explicit TableConv2d(std::vector<std::string> table, const TableConvOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [connections,…kernel], row by row of the table
      bias;          ///< [outputs]; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  std::int64_t connections() const;
  std::vector<std::string> table_;
  TableConvOptions options_;
};
/// Returns the table of layer C3 of LeNet-5: 16 output maps and 6 input maps, of which 60 pairs are
/// connected. Source: LeCun et al. 1998, table I.
std::vector<std::string> lenet5_table();

}  // namespace luge::nn
