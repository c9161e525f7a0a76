#include "ops/strided.h"

namespace luge {
namespace {

template <class Word>
void copy_words(const Shape& box, const Strided& from, const Strided& to) {
  const int rank = box.rank();
  const std::int64_t length = rank ? box[rank - 1] : 1;
  const std::int64_t from_step = rank ? from.strides[static_cast<std::size_t>(rank - 1)] : 0;
  const std::int64_t to_step = rank ? to.strides[static_cast<std::size_t>(rank - 1)] : 0;
  const Word* source = static_cast<const Word*>(from.data) + from.offset;
  Word* target = static_cast<Word*>(to.data) + to.offset;
  std::int64_t lines = 1;
  for (int axis = 0; axis + 1 < rank; ++axis) lines *= box[axis];
  Strides position{};
  for (std::int64_t line = 0; line < lines; ++line) {
    for (std::int64_t i = 0; i < length; ++i) target[i * to_step] = source[i * from_step];
    for (int axis = rank - 2; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      source += from.strides[a];
      target += to.strides[a];
      if (++position[a] < box[axis]) break;
      source -= from.strides[a] * box[axis];
      target -= to.strides[a] * box[axis];
      position[a] = 0;
    }
  }
}

}  // namespace

Strides dense_strides(const Shape& shape) {
  Strides strides{};
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

void copy_box(const Shape& box, std::size_t bytes, const Strided& from, const Strided& to) {
  switch (bytes) {
    case 1: return copy_words<std::uint8_t>(box, from, to);
    case 2: return copy_words<std::uint16_t>(box, from, to);
    case 4: return copy_words<std::uint32_t>(box, from, to);
    default: return copy_words<std::uint64_t>(box, from, to);
  }
}

}  // namespace luge
