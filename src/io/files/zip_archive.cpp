#include "io/files/zip_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <set>

#include "io/files/input_file.h"
#include "io/files/library.h"
#include "luge/error.h"

namespace luge::io {
namespace {

#define LUGE_ZIP_FUNCTIONS(f)                                                                             \
  f(zip_open) f(zip_discard) f(zip_get_num_entries) f(zip_stat_index) f(zip_fopen_index) f(zip_fread)     \
      f(zip_fclose) f(zip_file_get_external_attributes) f(zip_error_init_with_code) f(zip_error_strerror) \
          f(zip_error_fini)

struct ZipApi {
  LUGE_ZIP_FUNCTIONS(LUGE_LIBRARY_MEMBER)
};

const ZipApi& zip_api() {
  static const ZipApi api = [] {
    const Library library("libzip.so.4", "ZIP archives are read with libzip", "libzip4");
    ZipApi found{};
    LUGE_ZIP_FUNCTIONS(LUGE_LIBRARY_FIND)
    return found;
  }();
  return api;
}

zip_t* of(void* zip) { return static_cast<zip_t*>(zip); }

bool is_link(std::uint8_t system, std::uint32_t attributes) {
  constexpr std::uint32_t kKind = 0170000, kLink = 0120000;
  return system == ZIP_OPSYS_UNIX && (attributes >> 16 & kKind) == kLink;
}

}  // namespace

ZipArchive::ZipArchive(const std::string& path, const ZipLimits& limits) : path_(path) {
  { const InputFile regular(path); }  // names the reason, and refuses what is not a file
  const ZipApi& api = zip_api();
  int code = 0;
  zip_ = api.zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (!zip_) {
    zip_error_t error;
    api.zip_error_init_with_code(&error, code);
    const std::string why = api.zip_error_strerror(&error);
    api.zip_error_fini(&error);
    throw FormatError(fmt::format("{}: is not a whole ZIP archive: {}", path, why));
  }
  try {
    const zip_int64_t count = api.zip_get_num_entries(of(zip_), 0);
    if (static_cast<std::uint64_t>(count) > limits.max_members)
      throw ValueError(
          fmt::format("{}: has {} members, at most {} are allowed", path, count, limits.max_members));
    std::uint64_t total = 0;
    std::set<std::string> names;
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
      check(k, limits, total);
      if (!names.insert(members_.back().name).second)
        throw FormatError(fmt::format("{}: has two members named '{}'", path, members_.back().name));
    }
  } catch (...) {
    api.zip_discard(of(zip_));
    throw;
  }
}

ZipArchive::~ZipArchive() { zip_api().zip_discard(of(zip_)); }

void ZipArchive::check(std::size_t index, const ZipLimits& limits, std::uint64_t& total) {
  const ZipApi& api = zip_api();
  zip_stat_t stat;
  constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (api.zip_stat_index(of(zip_), index, 0, &stat) != 0 || (stat.valid & needed) != needed)
    throw FormatError(fmt::format("{}: member {} has no name or no size", path_, index));
  const std::string name = stat.name;
  const auto refuse = [&](const std::string& why) {
    throw FormatError(fmt::format("{}: the member '{}' {}", path_, name.substr(0, 80), why));
  };
  if (name.empty() || name.find('/') != std::string::npos || name.find('\\') != std::string::npos ||
      name.find("..") != std::string::npos)
    refuse("has a path in its name; expected a name alone");
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
    refuse("is encrypted");
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (api.zip_file_get_external_attributes(of(zip_), index, 0, &system, &attributes) == 0 &&
      is_link(system, attributes))
    refuse("is a link");
  if (stat.size / limits.max_ratio > stat.comp_size)
    throw ValueError(
        fmt::format("{}: the member '{}' states {} bytes, stored in {}; at most {} for each are allowed",
                    path_, name, stat.size, stat.comp_size, limits.max_ratio));
  if (__builtin_add_overflow(total, stat.size, &total) || total > limits.max_bytes)
    throw ValueError(fmt::format("{}: the members state more than {} bytes", path_, limits.max_bytes));
  members_.push_back({name, stat.size});
}

ZipArchive::Reader::Reader(ZipArchive& archive, std::size_t member)
    : archive_(archive), member_(member), file_(zip_api().zip_fopen_index(of(archive.zip_), member, 0)) {
  if (!file_)
    throw FormatError(
        fmt::format("{}: the member '{}' cannot be read (its compression is not known, or it is damaged)",
                    archive.path_, archive.members_[member].name));
}

ZipArchive::Reader::~Reader() { zip_api().zip_fclose(static_cast<zip_file_t*>(file_)); }

std::size_t ZipArchive::Reader::read(std::span<std::byte> bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const zip_int64_t got =
        zip_api().zip_fread(static_cast<zip_file_t*>(file_), bytes.data() + filled, bytes.size() - filled);
    if (got < 0)
      throw FormatError(
          fmt::format("{}: the member '{}' is damaged", archive_.path_, archive_.members_[member_].name));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace luge::io
