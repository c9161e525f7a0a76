// cache: samples that are read once and kept, in memory or in a file.
#include "data/views/cache.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstring>
#include <optional>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "io/checksum.h"
#include "io/files/atomic_file.h"
#include "io/files/input_file.h"
#include "luge/data/views.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;

std::vector<std::byte> packed(const Source& source, std::int64_t index) {
  const Schema& fields = source.info().fields;
  std::vector<HostArray> values(fields.size());
  Row row(fields);
  for (std::size_t k = 0; k < values.size(); ++k) row.into(k, values[k]);
  source.read(index, row);
  row.finish();
  std::vector<std::byte> bytes;
  const auto add = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Shape& shape = values[k].field.shape;
    if (!fields[k].fixed()) add(std::as_bytes(std::span<const std::int64_t>(shape.begin(), shape.end())));
    add(values[k].bytes);
  }
  return bytes;
}

bool unpack(std::span<const std::byte> bytes, const Schema& fields, Row& row) {
  for (std::size_t k = 0; k < fields.size(); ++k) {
    Shape shape = fields[k].shape;
    if (!fields[k].fixed()) {
      std::vector<std::int64_t> extents(static_cast<std::size_t>(shape.rank()));
      const std::size_t size = extents.size() * sizeof(std::int64_t);
      if (bytes.size() < size) return false;
      std::memcpy(extents.data(), bytes.data(), size);
      bytes = bytes.subspan(size);
      shape = Shape(std::span<const std::int64_t>(extents));
    }
    const std::size_t size = Field{fields[k].dtype, shape}.bytes();
    if (bytes.size() < size) return false;
    if (row.wants(k)) {
      const std::span<std::byte> to = row.write(k, shape);
      if (!to.empty()) std::memcpy(to.data(), bytes.data(), size);
    }
    bytes = bytes.subspan(size);
  }
  return bytes.empty();
}

namespace {

class MemoryCache final : public Source {
 public:
  MemoryCache(SourceRef source, std::uint64_t limit)
      : source_(std::move(source)), limit_(limit), kept_(static_cast<std::size_t>(source_->size())) {}
  ~MemoryCache() override {
    for (auto& each : kept_) delete each.load();
  }
  MemoryCache(const MemoryCache&) = delete;
  MemoryCache& operator=(const MemoryCache&) = delete;
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return source_->info(); }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  void read(std::int64_t index, Row& row) const override {
    auto& slot = kept_[static_cast<std::size_t>(index)];
    if (const Bytes* bytes = slot.load(std::memory_order_acquire)) {
      unpack(*bytes, info().fields, row);
      return;
    }
    if (used_.load(std::memory_order_relaxed) >= limit_) return source_->read(index, row);
    auto bytes = std::make_unique<const Bytes>(packed(*source_, index));
    unpack(*bytes, info().fields, row);
    const std::uint64_t size = bytes->size();
    if (used_.fetch_add(size) + size > limit_) {
      used_.fetch_sub(size);
      return;
    }
    const Bytes* none = nullptr;
    if (slot.compare_exchange_strong(none, bytes.get(), std::memory_order_acq_rel)) {
      bytes.release();
    } else {
      used_.fetch_sub(size);  // another thread was faster
    }
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(index, field);
  }
  std::uint64_t fingerprint() const override { return source_->fingerprint(); }

 private:
  using Bytes = std::vector<std::byte>;
  SourceRef source_;
  std::uint64_t limit_;
  mutable std::atomic<std::uint64_t> used_ = 0;
  mutable std::vector<std::atomic<const Bytes*>> kept_;
};

// A file: the magic text, then numbers of 8 bytes: fingerprint, number of samples, number of samples that are
// kept, the end of each of these in what follows, the checksum of each, the checksum of all that; the
// samples.
constexpr std::string_view kMagic = "LUGECACHE1\n\0\0\0\0\0";

class FileCache final : public Source {
 public:
  FileCache(SourceRef source, const CacheOptions& options) : source_(std::move(source)) {
    fingerprint_ = source_->fingerprint();
    path_ = options.folder / fmt::format("{:016x}.cache", fingerprint_);
    std::error_code error;
    const bool there = fs::exists(path_, error);
    if (there && open()) return;
    if (there && options.tell) options.tell(fmt::format("{}: is damaged and is made again", path_.string()));
    write(options.max_bytes);
    if (!open())
      throw FileError(fmt::format("{}: cannot be read although it has just been written", path_.string()));
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return source_->info(); }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  void read(std::int64_t index, Row& row) const override {
    const auto k = static_cast<std::size_t>(index);
    if (k >= ends_.size()) return source_->read(index, row);
    const std::uint64_t begin = k == 0 ? 0 : ends_[k - 1];
    std::vector<std::byte> bytes(ends_[k] - begin);
    file_->read(head_ + begin, bytes);
    if (io::xxh64(bytes) != sums_[k] || !unpack(bytes, info().fields, row))
      throw FormatError(fmt::format("{}: sample {} is damaged; delete the file, and it is made again",
                                    path_.string(), index));
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(index, field);
  }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  void write(std::uint64_t limit) const {
    std::error_code error;
    fs::create_directories(path_.parent_path(), error);
    // Sizes and checksums come first in the file, so that the samples are read twice.
    std::vector<std::uint64_t> head = {fingerprint_, static_cast<std::uint64_t>(size()), 0}, ends, sums;
    std::uint64_t total = 0;
    for (std::int64_t i = 0; i < size(); ++i) {
      const std::vector<std::byte> bytes = packed(*source_, i);
      if (total + bytes.size() > limit) break;
      ends.push_back(total += bytes.size());
      sums.push_back(io::xxh64(bytes));
    }
    head[2] = ends.size();
    head.insert(head.end(), ends.begin(), ends.end());
    head.insert(head.end(), sums.begin(), sums.end());
    head.push_back(io::xxh64(std::as_bytes(std::span(head))));
    io::AtomicFile file(path_);
    file.write(kMagic);
    file.write(std::as_bytes(std::span(head)));
    for (std::size_t i = 0; i < ends.size(); ++i) file.write(packed(*source_, static_cast<std::int64_t>(i)));
    file.commit();
  }
  // False when it is not a whole file of this data.
  bool open() {
    file_.emplace(path_.string());
    std::array<std::byte, kMagic.size() + 24> start;
    if (file_->read_some(0, start) < start.size() ||
        std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0)
      return false;
    std::uint64_t numbers[3];
    std::memcpy(numbers, start.data() + kMagic.size(), sizeof numbers);
    const auto [fingerprint, count, kept] = numbers;
    if (fingerprint != fingerprint_ || count != static_cast<std::uint64_t>(size()) || kept > count)
      return false;
    head_ = start.size() + (2 * kept + 1) * 8;
    if (file_->size() < head_) return false;
    std::vector<std::uint64_t> table(3 + 2 * kept + 1);
    file_->read(kMagic.size(), std::as_writable_bytes(std::span(table)));
    const std::uint64_t sum = table.back();
    table.pop_back();
    if (io::xxh64(std::as_bytes(std::span(table))) != sum) return false;
    const auto first = table.begin() + 3, middle = first + static_cast<std::ptrdiff_t>(kept);
    ends_.assign(first, middle), sums_.assign(middle, table.end());
    return file_->size() == head_ + (ends_.empty() ? 0 : ends_.back());
  }
  SourceRef source_;
  fs::path path_;
  std::uint64_t fingerprint_ = 0, head_ = 0;
  std::optional<io::InputFile> file_;
  std::vector<std::uint64_t> ends_, sums_;
};

}  // namespace

Dataset cache(const Dataset& data, const CacheOptions& options) {
  const SourceRef source = of_first_epoch(data.source());
  if (options.folder.empty()) return Dataset(std::make_shared<MemoryCache>(source, options.max_bytes));
  return Dataset(std::make_shared<FileCache>(source, options));
}

}  // namespace luge::data
