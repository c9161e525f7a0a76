// The input through (x - offset) * scale, from any number type to float32.
#include <fmt/format.h>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/data/normalizer.h"
#include "luge/error.h"

namespace luge::data {
namespace {

template <class T>
void convert(std::span<const std::byte> from, float* to, const Affine& affine) {
  const T* x = reinterpret_cast<const T*>(from.data());
  const std::size_t count = from.size() / sizeof(T);
  const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
  const std::size_t length = count / groups;
  for (std::size_t g = 0; g < groups; ++g) {
    const float offset = affine.offset[affine.offset.size() == 1 ? 0 : g];
    const float scale = affine.scale[affine.scale.size() == 1 ? 0 : g];
    for (std::size_t i = g * length; i < (g + 1) * length; ++i)
      to[i] = (static_cast<float>(x[i]) - offset) * scale;
  }
}

class AffineView final : public Source {
 public:
  AffineView(SourceRef source, const Affine& affine)
      : source_(std::move(source)), affine_(affine), info_(source_->info()) {
    const Shape& shape = info_.input.shape;
    const auto fits = [&](const std::vector<float>& list) {
      return list.size() == 1 || (shape.rank() > 0 && static_cast<std::int64_t>(list.size()) == shape[0]);
    };
    if (!fits(affine.offset) || !fits(affine.scale)) {
      throw ShapeError(
          fmt::format("affine: {} offsets and {} scales; expected 1, or one for each index of axis 0 of {}",
                      affine.offset.size(), affine.scale.size(), shape.to_string()));
    }
    info_.input.dtype = f32;
    if (info_.preprocessing) info_.preprocessing = compose(*info_.preprocessing, affine);
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    std::vector<std::byte> raw(source_->info().input.bytes());
    source_->read(index, raw, target);
    transform(raw, reinterpret_cast<float*>(input.data()));
  }
  std::string where(std::int64_t index) const override { return source_->where(index); }
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
  void transform(std::span<const std::byte> raw, float* to) const {
    switch (source_->info().input.dtype) {
      case DType::u8:
      case DType::boolean: return convert<std::uint8_t>(raw, to, affine_);
      case DType::i8: return convert<std::int8_t>(raw, to, affine_);
      case DType::i16: return convert<std::int16_t>(raw, to, affine_);
      case DType::i32: return convert<std::int32_t>(raw, to, affine_);
      case DType::i64: return convert<std::int64_t>(raw, to, affine_);
      case DType::f64: return convert<double>(raw, to, affine_);
      case DType::f32: return convert<float>(raw, to, affine_);
      case DType::bf16: return convert<bfloat16>(raw, to, affine_);
      case DType::f16: return convert<float16>(raw, to, affine_);
    }
  }
  SourceRef source_;
  Affine affine_;
  Info info_;
};

}  // namespace

SourceRef affine_view(SourceRef source, const Affine& affine) {
  return std::make_shared<AffineView>(std::move(source), affine);
}

}  // namespace luge::data
