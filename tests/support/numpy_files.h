// Files of NumPy made by tests, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luge::testing {

/// The bytes of a NPY file with this header.
std::string npy(const std::string& header, const std::string& bytes);
/// The bytes of a NPY file: npy("<f4", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6})).
std::string npy(const std::string& descr, const std::string& shape, const std::string& bytes,
                bool fortran = false);

/// The bytes of values.
template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// A file in an archive.
struct Member {
  std::string name, bytes;
  std::uint64_t stated = ~std::uint64_t{0};  // size in the directory, where it lies
  std::uint32_t mode = 0100644;
};

/// The bytes of a ZIP archive without compression, which NPZ files are.
std::string zip(const std::vector<Member>& members);

}  // namespace luge::testing
