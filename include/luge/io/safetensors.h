// Tensors and text in one file, in the open safetensors format. Nothing in such a file can run as code, and
// all of it is checked.
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

/// A tensor to be written.
struct TensorView {
  std::string name;                  ///< the name in the file
  DType dtype = DType::f32;          ///< the dtype
  Shape shape;                       ///< the shape
  std::span<const std::byte> bytes;  ///< the elements, row-major and in the byte order of the machine
};

/// Writes tensors and text to a file, completely or not at all. The same content gives the same bytes, in
/// whatever order the tensors are given. Checksums of the header and of the tensors are added to the
/// metadata. Throws ValueError when a name is given twice, a text is not UTF-8, bytes do not match a shape,
/// or the header exceeds 100,000,000 bytes. Throws FileError when the file cannot be written; the old file is
/// then unchanged.
void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// What a file states about one of its tensors.
struct StoredTensor {
  std::string name;          ///< the name
  DType dtype = DType::f32;  ///< the dtype
  Shape shape;               ///< the shape
  std::uint64_t begin = 0;   ///< the first byte in the data section
  std::uint64_t end = 0;     ///< the byte after the last one in the data section

  /// Returns the number of bytes.
  std::uint64_t size_in_bytes() const { return end - begin; }
};

/// A safetensors file that is open for reading. The constructor reads and checks only the header; tensors are
/// read when they are asked for. When the file is replaced meanwhile, reading continues in the old file. A
/// header that begins with blanks is accepted, although the format asks for `{` first: the tests of the
/// format accept it too. Members throw FileError when the file cannot be read, and FormatError when it breaks
/// the format, is damaged, or has a dtype that Luge does not have; the text names the file, the tensor, and
/// what was expected and found.
///
///     io::SafetensorsFile file("lenet5.safetensors");
///     for (const auto& tensor : file.tensors()) std::cout << tensor.name << ' ';
class SafetensorsFile {
 public:
  /// Opens a file, and reads and checks its header.
  explicit SafetensorsFile(const std::string& path);
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  ~SafetensorsFile();

  /// Returns the path of the file.
  const std::string& path() const;
  /// Returns what the file states about its tensors, in the order of their data.
  const std::vector<StoredTensor>& tensors() const;
  /// Returns the names of the tensors, in the order of their data.
  std::vector<std::string> names() const;
  /// Returns the metadata without the checksums.
  const std::map<std::string, std::string>& metadata() const;
  /// Returns true when the file has checksums of Luge. Then all reads are checked.
  bool has_checksums() const;

  /// Returns true when there is a tensor of this name.
  bool contains(std::string_view name) const;
  /// Returns what the file states about a tensor. Throws FormatError suggesting similar names when there is
  /// no such tensor.
  const StoredTensor& type(std::string_view name) const;
  /// Reads the elements of a tensor into memory of exactly its size. Throws ValueError for another size.
  void read(std::string_view name, std::span<std::byte> bytes) const;
  /// Reads the elements of a tensor.
  std::vector<std::byte> read(std::string_view name) const;
  /// Reads the elements of all tensors.
  std::map<std::string, std::vector<std::byte>> read_all() const;
  /// Reads the whole file once and checks it, with little memory. Throws FormatError naming the first damaged
  /// tensor.
  void verify() const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace luge::io
