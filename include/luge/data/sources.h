// Where samples come from: files in the IDX format of MNIST, tables in CSV, tensors in memory, and small
// classics.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/tensor.h"

namespace luge::data {

struct TrainTest {
  Dataset train;
  Dataset test;
};

/// The 60,000 + 10,000 pictures of clothes of Xiao et al. 2017: f32[1,28,28] in 0 … 1, labels i64. Looks
/// under LUGE_DATA, then where Debian's package dataset-fashion-mnist lies. Throws FileError naming both.
TrainTest fashion_mnist();
/// The same for LeCun's handwritten digits, which have no Debian package: LUGE_DATA/mnist.
TrainTest mnist();
/// The four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-… (plain or .gz) of a folder.
TrainTest idx_folder(const std::filesystem::path& folder, std::vector<std::string> classes = {});
/// Pictures and labels of two IDX files. Throws FormatError when their counts differ or a label exceeds
/// `classes`.
Dataset idx(const std::filesystem::path& images, const std::filesystem::path& labels,
            std::vector<std::string> classes = {});

struct CsvOptions {
  /// Column of the target, by name or by number from 0; negative numbers count from the end.
  std::string target = "-1";
  /// A first line of names; automatic: when a cell of the first line is no number and the cells below are.
  enum class Header { automatic, yes, no } header = Header::automatic;
  /// Target cells are names or whole numbers of classes (label = place in the sorted list), or real values.
  /// Numbers are classes when automatic finds few different whole ones from 0 or 1, each in several rows.
  enum class Target { automatic, classes, values } kind = Target::automatic;
  /// Between cells; 0: found out (comma, tab, semicolon or |).
  char separator = 0;
  /// The columns of the input, in this order, such as those a network was trained on; empty: all but the
  /// target. Found by name, or by place in a table without a header.
  std::vector<std::string> features = {};
  /// The names of the labels, in this order; empty: what the column holds.
  std::vector<std::string> classes = {};
};
/// Rows of a table: input f32[columns - 1]; target i64[] for classes, f32[1] for values. Throws FormatError
/// naming file, line and column: for cells that are no numbers, a table of one column, one without rows, and
/// `features` or `classes` that do not fit.
Dataset csv(const std::filesystem::path& file, const CsvOptions& options = {});

/// Samples along axis 0 of both tensors. Throws ShapeError when their lengths differ.
Dataset tensors(const Tensor& inputs, const Tensor& targets);
Dataset tensors(const Tensor& inputs);

/// The four rows of a truth table: input f32[2], target f32[1].
Dataset xor_table();
Dataset and_table();
Dataset or_table();

}  // namespace luge::data
