// CIFAR-10 and CIFAR-100 in their binary form.
#pragma once

#include <filesystem>

#include "luge/data/sources.h"

namespace luge::data {

/// Which of the two labels of CIFAR-100.
enum class CifarLabels : std::uint8_t {
  fine,   ///< 100 classes
  coarse  ///< 20 classes, of five fine ones each
};

/// Options of cifar.
struct CifarOptions {
  CifarLabels labels = CifarLabels::fine;  ///< the labels of CIFAR-100; CIFAR-10 has only its 10 classes
};

/// Reads a folder of CIFAR-10 (data_batch_1.bin …, test_batch.bin, class names in batches.meta.txt) or of
/// CIFAR-100 (train.bin, test.bin, class names in fine_label_names.txt and coarse_label_names.txt) in its
/// binary form (Krizhevsky 2009): "input" u8[3,32,32] scaled to f32 in 0 … 1, and "target" i64[]. Without a
/// file of names classes are called by their numbers. Throws FileError for a missing file and FormatError,
/// naming file and record, for a size that is not a whole number of records and for a label that is not a
/// class.
///
///     auto [train, test] = data::cifar("cifar-10-batches-bin");
TrainTest cifar(const std::filesystem::path& folder, const CifarOptions& options = {});

/// Reads one such file, with 1 label byte in each record (CIFAR-10) or 2 (CIFAR-100). Throws as cifar does.
Dataset cifar_file(const std::filesystem::path& file, const CifarOptions& options = {});

/// Returns what keeps the folder or file from being CIFAR; empty text when nothing does. "" is also returned
/// for a folder with all files, whatever they hold.
std::string why_not_cifar(const std::filesystem::path& path);

}  // namespace luge::data
