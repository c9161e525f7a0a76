// cifar: pictures of 32 x 32 pixels with one or two labels in front of each.
#include "luge/data/cifar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>

#include "data/distinct.h"
#include "data/sources/arrays.h"
#include "io/files/input_file.h"
#include "io/files/last_part.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;

// CIFAR-10 or CIFAR-100: the files of a folder, and what a record begins with.
struct Form {
  const char* first;         // the file that shows which it is
  std::size_t labels;        // bytes before the pixels
  std::size_t fine, coarse;  // how many classes
};
constexpr Form kTen{"data_batch_1.bin", 1, 10, 10}, kHundred{"train.bin", 2, 100, 20};
constexpr const char* kTests[] = {"test_batch.bin", "test.bin"};

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string content_of(const fs::path& path) {
  constexpr std::uint64_t kMost = 1 << 20;
  const io::InputFile file(path.string());
  if (file.size() > kMost)
    throw FormatError(
        fmt::format("{}: has {} bytes; expected a few names of classes", path.string(), file.size()));
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

// The lines that are not empty; numbers where there is no file.
std::vector<std::string> names_of(const fs::path& path, std::size_t classes) {
  std::vector<std::string> names;
  if (!is_there(path)) {
    for (std::size_t k = 0; k < classes; ++k) names.push_back(std::to_string(k));
    return names;
  }
  std::istringstream lines(content_of(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  if (names.size() != classes)
    throw FormatError(
        fmt::format("{}: has {} names of classes; expected {}", path.string(), names.size(), classes));
  check_distinct(path.string().c_str(), "classes", names);
  return names;
}

struct Read {
  std::vector<std::byte> pixels, targets;
  std::vector<std::pair<std::string, std::int64_t>> files;  // and the records before the file's own
  std::int64_t count = 0;
};

void append(const fs::path& path, const Form& form, bool coarse, Read& to) {
  const io::InputFile file(path.string());
  const std::size_t record = form.labels + kPixels;
  if (file.size() == 0 || file.size() % record != 0)
    throw FormatError(fmt::format("{}: has {} bytes; expected records of {} bytes, as CIFAR-{} has them",
                                  path.string(), file.size(), record, form.fine));
  const std::size_t count = file.size() / record;
  const std::size_t classes = coarse ? form.coarse : form.fine;
  to.files.emplace_back(path.string(), to.count);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* row = bytes.data() + i * record;
    const std::int64_t label =
        std::to_integer<std::int64_t>(row[form.labels == 2 && coarse ? 0 : form.labels - 1]);
    if (label >= static_cast<std::int64_t>(classes))
      throw FormatError(fmt::format("{}: label {} of record {} is not a class; expected 0 to {}",
                                    path.string(), label, i, classes - 1));
    const auto* from = reinterpret_cast<const std::byte*>(&label);
    to.targets.insert(to.targets.end(), from, from + sizeof(label));
    to.pixels.insert(to.pixels.end(), row + form.labels, row + record);
  }
  to.count += static_cast<std::int64_t>(count);
}

Dataset dataset_of(const std::string& name, Read read, std::vector<std::string> classes) {
  Arrays arrays;
  arrays.info.name = name;
  arrays.info.classes = std::move(classes);
  arrays.count = read.count;
  arrays.add(kInput, {u8, {3, 32, 32}}, std::move(read.pixels));
  arrays.add(kTarget, {i64, {}}, std::move(read.targets));
  arrays.where = [files = std::move(read.files)](std::int64_t index) {
    auto file = files.end() - 1;
    while (file->second > index) --file;
    return fmt::format("{}, record {}", file->first, index - file->second);
  };
  return Dataset(array_source(std::move(arrays))).affine({{0.0f}, {1.0f / 255.0f}});
}

fs::path names_file(const fs::path& folder, const Form& form, bool coarse) {
  if (form.labels == 1) return folder / "batches.meta.txt";
  return folder / (coarse ? "coarse_label_names.txt" : "fine_label_names.txt");
}

bool has_form(std::uint64_t size, const Form& form) {
  return size > 0 && size % (form.labels + kPixels) == 0;
}

}  // namespace

TrainTest cifar(const fs::path& folder, const CifarOptions& options) {
  const bool ten = is_there(folder / kTen.first);
  const Form& form = ten ? kTen : kHundred;
  const bool coarse = options.labels == CifarLabels::coarse;
  if (ten && coarse)
    throw ValueError(fmt::format("{}: is CIFAR-10, which has no coarse labels", folder.string()));
  const std::vector<std::string> classes =
      names_of(names_file(folder, form, coarse), coarse ? form.coarse : form.fine);
  Read train, test;
  if (ten) {
    for (int k = 1; k == 1 || is_there(folder / fmt::format("data_batch_{}.bin", k)); ++k)
      append(folder / fmt::format("data_batch_{}.bin", k), form, coarse, train);
  } else {
    append(folder / form.first, form, coarse, train);
  }
  append(folder / kTests[ten ? 0 : 1], form, coarse, test);
  const std::string name = io::last_part(folder);
  return {dataset_of(name, std::move(train), classes), dataset_of(name, std::move(test), classes)};
}

Dataset cifar_file(const fs::path& file, const CifarOptions& options) {
  const std::uint64_t size = io::InputFile(file.string()).size();
  const Form& form = has_form(size, kTen) ? kTen : kHundred;
  const bool coarse = options.labels == CifarLabels::coarse;
  if (form.labels == 1 && coarse)
    throw ValueError(fmt::format("{}: is a file of CIFAR-10, which has no coarse labels", file.string()));
  const std::vector<std::string> classes =
      names_of(names_file(file.parent_path(), form, coarse), coarse ? form.coarse : form.fine);
  Read read;
  append(file, form, coarse, read);
  return dataset_of(file.stem().string(), std::move(read), classes);
}

std::string why_not_cifar(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (path.extension() != ".bin") return "is not a file that ends in .bin";
    const std::uint64_t size = fs::file_size(path, error);
    return !error && (has_form(size, kTen) || has_form(size, kHundred))
               ? ""
               : "is not as long as records of CIFAR-10 (3073 bytes) or CIFAR-100 (3074 bytes)";
  }
  for (std::size_t k = 0; k < 2; ++k) {
    const Form& form = k == 0 ? kTen : kHundred;
    const bool first = is_there(path / form.first), last = is_there(path / kTests[k]);
    if (first && last) return "";
    if (first || (last && k == 0))
      return fmt::format("has {} but not {}", first ? form.first : kTests[k], first ? kTests[k] : form.first);
  }
  return "has neither data_batch_1.bin nor train.bin";
}

}  // namespace luge::data
