// The input through (x - offset) * scale, from any number type to float32.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/dispatch.h"
#include "data/fingerprint.h"
#include "data/views/scaling.h"
#include "data/views/views.h"
#include "luge/data/normalizer.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using data::scale_numbers;  // with vector instructions

template <class T>
void scale_numbers(const T* from, std::size_t count, float* to, float offset, float scale) {
  for (std::size_t i = 0; i < count; ++i) to[i] = (static_cast<float>(from[i]) - offset) * scale;
}

// One affine after the other on blocks that stay in the nearest memory. Each is rounded as if it were alone.
template <class T>
void convert(std::span<const std::byte> from, float* to, const std::vector<Affine>& affines) {
  constexpr std::size_t kBlock = 2048;
  std::array<float, kBlock> near;  // what is written once goes to the batch
  const T* x = reinterpret_cast<const T*>(from.data());
  const std::size_t count = from.size() / sizeof(T);
  std::size_t groups = 1;
  for (const Affine& each : affines) groups = std::max({groups, each.offset.size(), each.scale.size()});
  const auto of = [](const std::vector<float>& list, std::size_t group) {
    return list[list.size() == 1 ? 0 : group];
  };
  const std::size_t length = count / groups;
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t i = g * length; i < (g + 1) * length; i += kBlock) {
      const std::size_t block = std::min(kBlock, (g + 1) * length - i);
      const std::size_t last = affines.size() - 1;
      scale_numbers(x + i, block, last == 0 ? to + i : near.data(), of(affines[0].offset, g),
                    of(affines[0].scale, g));
      for (std::size_t k = 1; k <= last; ++k)
        scale_numbers(near.data(), block, k == last ? to + i : near.data(), of(affines[k].offset, g),
                      of(affines[k].scale, g));
    }
  }
}

class AffineView final : public Source, public Scaled {
 public:
  AffineView(SourceRef source, std::vector<Affine> affines)
      : source_(std::move(source)),
        affines_(std::move(affines)),
        info_(source_->info()),
        input_(info_.fields.index(kInput)) {
    Field field = info_.input();
    if (field.fixed()) bytes_ = field.bytes();
    field.dtype = f32;
    info_.fields.set(kInput, field);
    for (const Affine& each : affines_) {
      check(each, source_->info().input());
      if (info_.preprocessing) info_.preprocessing = compose(*info_.preprocessing, each);
    }
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
      const auto raw = std::make_unique_for_overwrite<std::byte[]>(bytes_);
      return read_fixed(index, {raw.get(), bytes_}, below, row);
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
    return below ? std::make_shared<AffineView>(std::move(below), affines_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    std::uint64_t hash = source_->fingerprint();
    for (const Affine& each : affines_) {
      hash = Fingerprint()
                 .add(hash)
                 .add(std::span<const float>(each.offset))
                 .add(std::span<const float>(each.scale))
                 .value();
    }
    return hash;
  }
  /// The same with another affine after those that it has.
  SourceRef then(const Affine& next) const {
    std::vector<Affine> all = affines_;
    all.push_back(next);
    return std::make_shared<AffineView>(source_, std::move(all));
  }
  std::optional<Unscaled> unscaled() const override { return Unscaled{source_, affines_}; }

 private:
  // Raw inputs up to this size, such as a small picture, need no memory from the heap.
  static constexpr std::size_t kSmall = 4096;
  static void check(const Affine& affine, const Field& field) {
    const auto fits = [&](const std::vector<float>& list) {
      return list.size() == 1 ||
             (field.shape.rank() > 0 && static_cast<std::int64_t>(list.size()) == field.shape[0]);
    };
    if (fits(affine.offset) && fits(affine.scale)) return;
    throw ShapeError(
        fmt::format("affine: {} offsets and {} scales; expected 1, or one for each index of axis 0 of {}",
                    affine.offset.size(), affine.scale.size(), field.to_string()));
  }
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
      convert<Stored>(raw, to.data(), affines_);
    });
  }
  SourceRef source_;
  std::vector<Affine> affines_;  // one after the other
  Info info_;
  std::size_t input_;
  std::size_t bytes_ = 0;    // of a raw input; 0 when the sizes differ
  std::vector<int> others_;  // the fields of the source that pass unchanged
};

}  // namespace

SourceRef affine_view(SourceRef source, const Affine& affine) {
  if (const auto* scaled = dynamic_cast<const AffineView*>(source.get())) return scaled->then(affine);
  return std::make_shared<AffineView>(std::move(source), std::vector<Affine>{affine});
}

}  // namespace luge::data
