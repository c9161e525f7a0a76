#include "support/numpy_files.h"

#include <zlib.h>

namespace luge::testing {
namespace {

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
  return text;
}

}  // namespace

std::string npy(const std::string& header, const std::string& bytes) {
  return "\x93NUMPY" + std::string("\1\0", 2) + number(header.size(), 2) + header + bytes;
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& bytes, bool fortran) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                 ", 'shape': " + shape + ", }\n",
             bytes);
}

std::string zip(const std::vector<Member>& members) {
  std::string file, directory;
  for (const Member& m : members) {
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(m.bytes.data()), static_cast<uInt>(m.bytes.size()));
    const std::uint64_t size = m.stated == ~std::uint64_t{0} ? m.bytes.size() : m.stated;
    const std::string common = number(0, 2) + number(0, 2) + number(0, 4) + number(sum, 4) +
                               number(m.bytes.size(), 4) + number(size, 4) + number(m.name.size(), 2) +
                               number(0, 2);
    directory += "PK\1\2" + number(3 << 8 | 20, 2) + number(20, 2) + common + number(0, 2) + number(0, 2) +
                 number(0, 2) + number(std::uint64_t{m.mode} << 16, 4) + number(file.size(), 4) + m.name;
    file += "PK\3\4" + number(20, 2) + common + m.name + m.bytes;
  }
  return file + directory + "PK\5\6" + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
         number(directory.size(), 4) + number(file.size(), 4) + number(0, 2);
}

}  // namespace luge::testing
