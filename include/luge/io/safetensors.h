// Tensors and text in one file, in the open safetensors format: nothing in it can run, everything in it is
// checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::io {

/// A tensor to be written: row-major elements in the machine's byte order.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

/// Writes `tensors` and `metadata` to `path`, whole or not at all; the same content gives the same bytes,
/// whatever the order of `tensors`. Checksums of header and tensors go into the metadata. Throws ValueError
/// (a name twice, no UTF-8, bytes that do not fit the shape, a header over 100,000,000 bytes; nothing is
/// written then) and FileError (nothing is changed then).
void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// What a file says about one of its tensors; `begin` and `end` count bytes of the data section.
struct StoredTensor {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size_in_bytes() const { return end - begin; }
};

/// A safetensors file opened for reading. The constructor reads and checks the header alone, tensors are read
/// when asked for, into the caller's memory. The file may be replaced by a writer meanwhile: reading goes on
/// in the old one. A header may begin with blanks, although its first byte should be `{`: the format's own
/// tests take such files, so Luge reads them; it never writes them. Throws FileError (cannot be read) and
/// FormatError (breaks the format, is damaged, or holds what Luge has no type for); the text names file,
/// tensor, and what was expected and found.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  ~SafetensorsFile();

  const std::string& path() const;
  /// In the order of their data.
  const std::vector<StoredTensor>& tensors() const;
  std::vector<std::string> names() const;
  /// What the writer put in, without the checksums.
  const std::map<std::string, std::string>& metadata() const;
  /// Whether the file carries Luge's checksums; every read is then checked against them.
  bool has_checksums() const;

  bool contains(std::string_view name) const;
  /// Type, shape and place of a tensor. Throws FormatError naming the nearest names when there is no such
  /// tensor.
  const StoredTensor& type(std::string_view name) const;
  /// Reads the elements of a tensor. Throws ValueError unless `bytes` has just the size of the tensor.
  void read(std::string_view name, std::span<std::byte> bytes) const;
  std::vector<std::byte> read(std::string_view name) const;
  std::map<std::string, std::vector<std::byte>> read_all() const;
  /// Reads everything once, in little memory, and throws FormatError naming the first damaged tensor.
  void verify() const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace luge::io
