// Pictures and labels in IDX files, and where the well-known sets of them are.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "data/distinct.h"
#include "data/sources/arrays.h"
#include "io/files/last_part.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/idx.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDebianFolder = "/usr/share/datasets";
const std::vector<std::string> kFashion = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
const std::vector<std::string> kDigits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

// "train-images-idx3-ubyte", also with a dot before idx3, also compressed; empty when there is none of them.
fs::path find_file(const fs::path& folder, const std::string& part, const std::string& kind) {
  for (const char join : {'-', '.'}) {
    std::string name = part + "-" + kind;
    name[name.rfind('-')] = join;
    for (const char* end : {"-ubyte", "-ubyte.gz"}) {
      std::error_code error;
      if (fs::exists(folder / (name + end), error)) return folder / (name + end);
    }
  }
  return {};
}

bool holds_idx(const fs::path& folder) { return !find_file(folder, "train", "images-idx3").empty(); }

fs::path need_file(const fs::path& folder, const std::string& part, const std::string& kind) {
  const fs::path found = find_file(folder, part, kind);
  if (!found.empty()) return found;
  throw FileError(
      fmt::format("{}: has no file {}-{}-ubyte or {}-{}-ubyte.gz", folder.string(), part, kind, part, kind));
}

std::vector<std::int64_t> labels_of(const io::IdxArray& labels, const fs::path& path, std::size_t classes) {
  if (labels.shape.rank() != 1 || !is_integer(labels.dtype) || size_of(labels.dtype) != 1) {
    throw FormatError(fmt::format("{}: holds {}{}; expected one byte for each label", path.string(),
                                  name(labels.dtype), labels.shape.to_string()));
  }
  std::vector<std::int64_t> found;
  for (const std::byte byte : labels.bytes) {
    found.push_back(labels.dtype == DType::i8 ? static_cast<std::int8_t>(byte)
                                              : static_cast<std::int64_t>(byte));
    if (found.back() < 0 || (classes > 0 && found.back() >= static_cast<std::int64_t>(classes))) {
      throw FormatError(fmt::format("{}: label {} of sample {} is not a class; expected 0 to {}",
                                    path.string(), found.back(), found.size() - 1, classes - 1));
    }
  }
  return found;
}

Dataset read(const std::string& name, const fs::path& images, const fs::path& labels,
             std::vector<std::string> classes) {
  check_distinct("idx", "classes", classes);
  io::IdxArray pictures = io::read_idx(images.string());
  const std::vector<std::int64_t> targets = labels_of(io::read_idx(labels.string()), labels, classes.size());
  if (pictures.shape.rank() < 2) {
    throw FormatError(fmt::format("{}: holds {}; expected [samples,height,width]", images.string(),
                                  pictures.shape.to_string()));
  }
  if (pictures.shape.elements() == 0) {
    throw FormatError(fmt::format("{}: holds {}: no pictures, or pictures without pixels", images.string(),
                                  pictures.shape.to_string()));
  }
  if (pictures.shape[0] != static_cast<std::int64_t>(targets.size())) {
    throw FormatError(fmt::format("{}: {} samples, but {} labels in {}", images.string(), pictures.shape[0],
                                  targets.size(), labels.string()));
  }
  if (classes.empty()) {
    const auto largest = targets.empty() ? -1 : *std::max_element(targets.begin(), targets.end());
    for (std::int64_t k = 0; k <= largest; ++k) classes.push_back(std::to_string(k));
  }
  Arrays arrays;
  arrays.info.name = name;
  arrays.info.classes = std::move(classes);
  const Shape one = pictures.shape.without(0);
  arrays.count = pictures.shape[0];
  const Field gray{pictures.dtype, one.rank() == 2 ? one.inserted(0, 1) : one};  // one channel
  arrays.add(kInput, gray, std::move(pictures.bytes));
  const auto bytes = std::as_bytes(std::span(targets));
  arrays.add(kTarget, {i64, {}}, {bytes.begin(), bytes.end()});
  arrays.where = [file = images.string()](std::int64_t index) {
    return fmt::format("{}, picture {}", file, index);
  };
  const bool in_bytes = pictures.dtype == DType::u8;
  const Dataset raw(array_source(std::move(arrays)));
  return raw.affine(in_bytes ? Affine{{0.0f}, {1.0f / 255.0f}} : Affine{});
}

TrainTest read_folder(const std::string& name, const fs::path& folder, std::vector<std::string> classes) {
  Dataset train = read(name, need_file(folder, "train", "images-idx3"),
                       need_file(folder, "train", "labels-idx1"), classes);
  Dataset test = read(name, need_file(folder, "t10k", "images-idx3"),
                      need_file(folder, "t10k", "labels-idx1"), std::move(classes));
  return {std::move(train), std::move(test)};
}

TrainTest named_set(const std::string& name, const std::vector<std::string>& classes,
                    const std::string& how_to_get) {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("LUGE_DATA")) folders = {fs::path(own) / name, own};
  folders.push_back(fs::path(kDebianFolder) / name);
  for (const fs::path& folder : folders) {
    if (!holds_idx(folder)) continue;
    return read_folder(name, folder, classes);
  }
  std::string looked;
  for (const fs::path& folder : folders) looked += (looked.empty() ? "" : ", ") + folder.string();
  throw FileError(fmt::format("{} was not found in {}; {}", name, looked, how_to_get));
}

}  // namespace

Dataset idx(const fs::path& images, const fs::path& labels, std::vector<std::string> classes) {
  return read(images.filename().string(), images, labels, std::move(classes));
}

TrainTest idx_folder(const fs::path& folder, std::vector<std::string> classes) {
  return read_folder(io::last_part(folder), folder, std::move(classes));
}

TrainTest fashion_mnist() {
  return named_set(
      "fashion-mnist", kFashion,
      "install the Debian package dataset-fashion-mnist, or let LUGE_DATA name the folder that holds it");
}

TrainTest mnist() {
  return named_set("mnist", kDigits,
                   "put its four IDX files into a folder mnist and let LUGE_DATA name the folder around it");
}

}  // namespace luge::data
