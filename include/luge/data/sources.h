// Data sets from files in the IDX format of MNIST, from CSV tables and from tensors, and small classic ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/tensor.h"

namespace luge::data {

/// A data set that has a training part and a test part.
struct TrainTest {
  Dataset train;  ///< the training part
  Dataset test;   ///< the test part
};

/// Reads Fashion-MNIST (Xiao et al. 2017): 60,000 and 10,000 pictures of clothes, inputs f32[1,28,28] in 0 …
/// 1 and labels i64[]. It looks in LUGE_DATA/fashion-mnist, in LUGE_DATA, and where the Debian package
/// dataset-fashion-mnist installs its files. Throws FileError naming these folders.
TrainTest fashion_mnist();
/// Reads MNIST (LeCun et al. 1998), the handwritten digits, in the same form. It looks in LUGE_DATA/mnist and
/// in LUGE_DATA; there is no Debian package. Throws FileError naming these folders.
TrainTest mnist();
/// Reads a folder with the four files of MNIST, plain or compressed: train-images-idx3-ubyte,
/// train-labels-idx1-ubyte, and the same with t10k in place of train. Throws FileError for a missing file,
/// and as idx does.
TrainTest idx_folder(const std::filesystem::path& folder, std::vector<std::string> classes = {});
/// Reads the pictures and the labels of two IDX files: inputs f32[1,height,width] and labels i64[]. Bytes are
/// scaled to 0 … 1. Throws FormatError when the numbers of pictures and labels differ or a label is not one
/// of `classes`.
Dataset idx(const std::filesystem::path& images, const std::filesystem::path& labels,
            std::vector<std::string> classes = {});

/// Options of csv.
struct CsvOptions {
  /// The target column, by its name or by its number, which counts from 0; negative numbers count from the
  /// end.
  std::string target = "-1";
  /// Whether the first line has the names of the columns.
  enum class Header {
    automatic,  ///< yes when a cell of the first line is not a number and the cells below it are
    yes,        ///< it has the names
    no          ///< it is a row of the table
  } header = Header::automatic;  ///< whether the first line has the names of the columns
  /// What the cells of the target are.
  enum class Target {
    automatic,  ///< classes when cells are names, or few whole numbers that are in several rows each
    classes,    ///< names or whole numbers of classes; the label is the position in the sorted list
    values      ///< real values
  } kind = Target::automatic;  ///< what the cells of the target are
  /// The column of the weights of the samples, named as `target` is. It becomes the field "weight", f32[],
  /// and is not an input. Empty: there is none.
  std::string weights = {};
  /// The character between cells. 0: it is found in the file (comma, tab, semicolon or |).
  char separator = 0;
  /// The columns of the input in this order, for example those that a network was trained with. Empty: all
  /// but the target. They are found by name, or by position in a table without a header.
  std::vector<std::string> features = {};
  /// The class names in the order of the labels. Empty: the values of the target column.
  std::vector<std::string> classes = {};
};
/// Reads the rows of a table: inputs f32[columns - 1], and targets i64[] for classes or f32[1] for values.
/// Throws FormatError naming file, line and column when an input cell is not a number, when the table has no
/// rows or only one column, when `features` or `classes` do not match the table, and for a weight that is
/// negative or not a number.
Dataset csv(const std::filesystem::path& file, const CsvOptions& options = {});

/// Options of text_file.
struct TextOptions {
  /// The number of characters in a record. 0: about a hundredth of the text, from 1024 to 16384.
  std::int64_t record = 0;
};
/// Reads a text in UTF-8 and cuts it into records with the field "text", one after the other. A model of the
/// next character is trained on windows within records (steps::windows), so that parts which share no records
/// share no text. Throws FileError when the file cannot be read, FormatError for an empty file and, with the
/// offset, for a byte that is not UTF-8, and ValueError for a negative option.
Dataset text_file(const std::filesystem::path& file, const TextOptions& options = {});

/// Returns the slices along axis 0 of both tensors as samples. Throws ShapeError when their first extents
/// differ or a tensor has no axes.
Dataset tensors(const Tensor& inputs, const Tensor& targets);
/// Returns the slices along axis 0 of a tensor as samples without targets. Throws ShapeError when it has no
/// axes.
Dataset tensors(const Tensor& inputs);

/// Returns the slices along axis 0 of several tensors as samples with these fields. Throws ShapeError when
/// their first extents differ or a tensor has no axes, and ValueError without tensors and for a name given
/// twice.
///
///     auto data = data::tensors({{"image", images}, {"mask", masks}});
Dataset tensors(const std::vector<std::pair<std::string, Tensor>>& fields);
/// Returns records as a data set. `fields` states their fields; without it they follow from the records, and
/// an extent that differs between records is unknown. Throws ValueError when a record has other fields and
/// ShapeError when a value does not fit, naming the record.
Dataset records(std::vector<Record> records, const Schema& fields = {});

/// Returns the four rows of the truth table of exclusive or: inputs f32[2], targets f32[1].
Dataset xor_table();
/// Returns the four rows of the truth table of and: inputs f32[2], targets f32[1].
Dataset and_table();
/// Returns the four rows of the truth table of or: inputs f32[2], targets f32[1].
Dataset or_table();

}  // namespace luge::data
