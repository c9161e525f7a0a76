#include "io/files/gzip_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "luge/error.h"

namespace luge::io {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;  // gzip with its header and checksum

}  // namespace

GzipReader::GzipReader(const InputFile& file) : file_(file) {
  if (inflateInit2(&stream_, kGzipWindow) != Z_OK) {
    throw MemoryError(fmt::format("{}: no memory to begin uncompressing", file.path()));
  }
}

GzipReader::~GzipReader() { inflateEnd(&stream_); }

bool GzipReader::fill() {
  if (stream_.avail_in > 0) return true;
  const std::size_t got = file_.read_some(offset_, input_);
  offset_ += got;
  stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
  stream_.avail_in = static_cast<uInt>(got);
  return got > 0;
}

// Several compressed files one after the other count as one.
void GzipReader::end_member() {
  if (fill()) {
    inflateReset(&stream_);
  } else {
    finished_ = true;
  }
}

std::size_t GzipReader::read_some(std::span<std::byte> bytes) {
  std::byte unused;
  std::size_t done = 0;
  while (!finished_ &&
         fill()) {  // continues when all bytes are there: the checksum after them must be read too
    const std::size_t room = std::min<std::size_t>(bytes.size() - done, std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(room > 0 ? bytes.data() + done : &unused);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    done += room - stream_.avail_out;
    if (result == Z_BUF_ERROR) break;  // no room left, and there is more
    if (result == Z_STREAM_END) {
      end_member();
    } else if (result != Z_OK) {
      throw FormatError(fmt::format("{}: the gzip data is damaged near byte {}: {}", file_.path(),
                                    offset_ - stream_.avail_in,
                                    stream_.msg ? stream_.msg : "unknown reason"));
    }
  }
  return done;
}

}  // namespace luge::io
