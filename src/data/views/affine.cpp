// The input through (x - offset) * scale, from any number type to float32.
#include <fmt/format.h>

#include <array>
#include <numeric>

#include "core/dispatch.h"
#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/data/normalizer.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// Blocks of a constant number of elements, so that the compiler makes vector instructions of them.
template <class T>
void convert(const T* __restrict from, std::size_t count, float* __restrict to, float offset, float scale) {
  constexpr std::size_t kBlock = 16;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    for (std::size_t k = 0; k < kBlock; ++k) to[i + k] = (static_cast<float>(from[i + k]) - offset) * scale;
  }
  for (; i < count; ++i) to[i] = (static_cast<float>(from[i]) - offset) * scale;
}

template <class T>
void convert(std::span<const std::byte> from, float* to, const Affine& affine) {
  const T* x = reinterpret_cast<const T*>(from.data());
  const std::size_t count = from.size() / sizeof(T);
  const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
  const std::size_t length = count / groups;
  for (std::size_t g = 0; g < groups; ++g) {
    const float offset = affine.offset[affine.offset.size() == 1 ? 0 : g];
    const float scale = affine.scale[affine.scale.size() == 1 ? 0 : g];
    convert(x + g * length, length, to + g * length, offset, scale);
  }
}

class AffineView final : public Source {
 public:
  AffineView(SourceRef source, const Affine& affine)
      : source_(std::move(source)),
        affine_(affine),
        info_(source_->info()),
        input_(info_.fields.index(kInput)) {
    Field field = info_.input();
    const auto fits = [&](const std::vector<float>& list) {
      return list.size() == 1 ||
             (field.shape.rank() > 0 && static_cast<std::int64_t>(list.size()) == field.shape[0]);
    };
    if (!fits(affine.offset) || !fits(affine.scale)) {
      throw ShapeError(
          fmt::format("affine: {} offsets and {} scales; expected 1, or one for each index of axis 0 of {}",
                      affine.offset.size(), affine.scale.size(), field.to_string()));
    }
    if (field.fixed()) bytes_ = field.bytes();
    field.dtype = f32;
    info_.fields.set(kInput, field);
    if (info_.preprocessing) info_.preprocessing = compose(*info_.preprocessing, affine);
    others_.resize(info_.fields.size());
    std::iota(others_.begin(), others_.end(), 0);
    others_[input_] = -1;
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    Row below(source_->info().fields, row, others_);
    if (!row.wants(input_)) return source_->read(index, below);
    if (bytes_ > 0 && bytes_ <= kSmall) {
      std::array<std::byte, kSmall> raw;
      return read_fixed(index, std::span(raw).first(bytes_), below, row);
    }
    if (bytes_ > 0) {
      std::vector<std::byte> raw(bytes_);
      return read_fixed(index, raw, below, row);
    }
    HostArray raw;
    below.into(input_, raw);
    source_->read(index, below);
    below.finish();
    transform(raw.bytes, row.write_as<float>(input_, raw.field.shape));
  }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(index, field);
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<AffineView>(std::move(below), affine_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(source_->fingerprint())
        .add(std::span<const float>(affine_.offset))
        .add(std::span<const float>(affine_.scale))
        .value();
  }

 private:
  // Raw inputs up to this size, such as a small picture, need no memory from the heap.
  static constexpr std::size_t kSmall = 4096;
  void read_fixed(std::int64_t index, std::span<std::byte> raw, Row& below, Row& row) const {
    below.into(input_, raw);
    source_->read(index, below);
    below.finish();
    transform(raw, row.write_as<float>(input_));
  }
  void transform(std::span<const std::byte> raw, std::span<float> to) const {
    dispatch(source_->info().fields[input_].dtype, [&]<class T>() {
      // A byte of bool may be neither 0 nor 1.
      using Stored = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;
      convert<Stored>(raw, to.data(), affine_);
    });
  }
  SourceRef source_;
  Affine affine_;
  Info info_;
  std::size_t input_;
  std::size_t bytes_ = 0;    // of a raw input; 0 when the sizes differ
  std::vector<int> others_;  // the fields of the source that pass unchanged
};

}  // namespace

SourceRef affine_view(SourceRef source, const Affine& affine) {
  return std::make_shared<AffineView>(std::move(source), affine);
}

}  // namespace luge::data
