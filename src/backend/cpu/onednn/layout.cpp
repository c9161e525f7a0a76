#include "backend/cpu/onednn/layout.h"

#include <oneapi/dnnl/dnnl_debug.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace luge::cpu {
namespace onednn {
namespace {

struct Loop {
  int axis;
  memory::dim extent;
  bool operator==(const Loop&) const = default;
};

// The axes as they are met when walking through memory, outermost first. Loops over one point and seams
// between adjoining parts of one axis say nothing about where elements lie, so they are left out.
std::vector<Loop> loops(const BlockingFields& fields) {
  const std::size_t rank = fields.dims.size();
  Dims block(rank, 1);
  for (const auto& [axis, size] : fields.inner) block[static_cast<std::size_t>(axis)] *= size;
  std::vector<int> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return fields.strides[static_cast<std::size_t>(a)] > fields.strides[static_cast<std::size_t>(b)];
  });
  std::vector<Loop> result;
  const auto add = [&](int axis, memory::dim extent) {
    if (extent == 1) return;
    if (!result.empty() && result.back().axis == axis) {
      result.back().extent *= extent;
    } else {
      result.push_back({axis, extent});
    }
  };
  for (const int axis : order) {
    const auto a = static_cast<std::size_t>(axis);
    add(axis, fields.padded[a] / block[a]);
  }
  for (const auto& [axis, size] : fields.inner) add(axis, size);
  return result;
}

// Strides equal to what dense memory gives; views into larger memory have no id.
bool dense(const BlockingFields& fields, const Desc& desc) {
  memory::dim elements = 1;
  for (const memory::dim extent : fields.padded) elements *= extent;
  return static_cast<std::size_t>(elements) * memory::data_type_size(data_type(desc)) == desc.get_size();
}

// The tags of common kernels, looked at before all others.
constexpr Tag frequent[] = {Tag::acdb,       Tag::aBcd16b, Tag::aBcd8b,   Tag::ba,       Tag::ABcd16b16a,
                            Tag::ABcd16a16b, Tag::Acdb16a, Tag::ABcd8b8a, Tag::ABcd8a8b, Tag::acb,
                            Tag::aBc16b,     Tag::acdeb,   Tag::aBcde16b};

bool matches(LayoutId layout, const BlockingFields& wanted, const std::vector<Loop>& wanted_loops) {
  const Desc candidate(wanted.dims, memory::data_type::u8, static_cast<Tag>(layout), true);
  if (!candidate || !plainly_blocked(candidate)) return false;
  const BlockingFields fields = blocking_fields(candidate);
  return fields.dims == wanted.dims && fields.padded == wanted.padded && loops(fields) == wanted_loops;
}

bool row_major(const std::vector<Loop>& found) {
  return std::is_sorted(found.begin(), found.end(),
                        [](const Loop& a, const Loop& b) { return a.axis < b.axis; });
}

}  // namespace

std::optional<memory::data_type> onednn_type(DType type) {
  switch (type) {
    case DType::f32: return memory::data_type::f32;
    case DType::bf16: return memory::data_type::bf16;
    case DType::i32: return memory::data_type::s32;
    case DType::u8:
    case DType::boolean: return memory::data_type::u8;
    case DType::i8: return memory::data_type::s8;
    default: return std::nullopt;
  }
}

Dims dims_of(const Shape& shape) {
  if (shape.rank() == 0) return {1};
  return {shape.begin(), shape.end()};
}

Desc describe(LayoutId layout, const Dims& dims, memory::data_type type) {
  if (layout != public_layout) return {dims, type, static_cast<Tag>(layout)};
  Dims strides(dims.size());
  memory::dim next = 1;
  for (std::size_t k = dims.size(); k-- > 0;) {
    strides[k] = next;
    next *= dims[k];
  }
  return {dims, type, strides};
}

Desc describe(LayoutId layout, const Type& type) {
  return describe(layout, dims_of(type.shape), onednn_type(type.dtype).value_or(memory::data_type::u8));
}

std::optional<LayoutId> layout_of(const Desc& desc) {
  if (!plainly_blocked(desc)) return std::nullopt;
  const BlockingFields fields = blocking_fields(desc);
  if (!dense(fields, desc)) return std::nullopt;
  const std::vector<Loop> found = loops(fields);
  if (fields.padded == fields.dims && row_major(found)) return public_layout;
  for (const Tag tag : frequent) {
    if (matches(static_cast<LayoutId>(tag), fields, found)) return static_cast<LayoutId>(tag);
  }
  for (LayoutId tag = dnnl_format_tag_any + 1; tag < dnnl_format_tag_last; ++tag) {
    if (matches(tag, fields, found)) return tag;
  }
  return std::nullopt;
}

}  // namespace onednn

Blocking blocking_of(LayoutId layout, const Type& type) {
  auto fields = onednn::blocking_fields(
      onednn::describe(layout, onednn::dims_of(type.shape), onednn::memory::data_type::u8));
  return {std::move(fields.dims), std::move(fields.padded), std::move(fields.strides),
          std::move(fields.inner)};
}

std::int64_t Blocking::padded_elements() const {
  return std::accumulate(padded.begin(), padded.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t Blocking::offset(const std::int64_t* index) const {
  std::array<std::int64_t, Shape::max_rank + 4> rest{};
  std::copy_n(index, dims.size(), rest.begin());
  std::int64_t position = 0, stride = 1;
  for (auto block = inner.rbegin(); block != inner.rend(); ++block) {
    std::int64_t& r = rest[static_cast<std::size_t>(block->first)];
    position += r % block->second * stride;
    r /= block->second;
    stride *= block->second;
  }
  for (std::size_t k = 0; k < dims.size(); ++k) position += rest[k] * strides[k];
  return position;
}

LayoutId canonical_layout(LayoutId layout, const Type& type) {
  if (layout == public_layout) return layout;
  const auto desc = onednn::describe(layout, onednn::dims_of(type.shape), onednn::memory::data_type::u8);
  return onednn::layout_of(desc).value_or(layout);
}

LayoutId channel_blocks(int lanes, const Type& type) {
  return canonical_layout(lanes == 16 ? dnnl_aBcd16b : dnnl_aBcd8b, type);
}

LayoutId weight_blocks(int lanes, const Type& type) {
  return canonical_layout(lanes == 16 ? dnnl_ABcd16b16a : dnnl_ABcd8b8a, type);
}

LayoutId filter_blocks(int lanes, const Type& type) {
  return canonical_layout(lanes == 16 ? dnnl_Abcd16a : dnnl_Abcd8a, type);
}

std::size_t layout_bytes(LayoutId layout, const Type& type) {
  if (layout == public_layout) return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
  return static_cast<std::size_t>(blocking_of(layout, type).padded_elements()) * size_of(type.dtype);
}

std::string layout_name(LayoutId layout) {
  if (layout == public_layout) return "public";
  std::string name = dnnl_fmt_tag2str(static_cast<dnnl_format_tag_t>(layout));
  // oneDNN's abstract letters become the field's: weights are what has blocks of its first axis, or of the
  // third of five (grouped).
  const auto rank = *std::max_element(name.begin(), name.end(),
                                      [](char a, char b) { return std::tolower(a) < std::tolower(b); });
  const bool blocks_first = name.find('A') != std::string::npos,
             blocks_third = name.find('C') != std::string::npos;
  std::string letters;
  switch (std::tolower(rank)) {
    case 'c': letters = blocks_first ? "oiw" : "ncw"; break;
    case 'd': letters = blocks_first ? "oihw" : blocks_third ? "goiw" : "nchw"; break;
    case 'e': letters = blocks_first ? "oidhw" : blocks_third ? "goihw" : "ncdhw"; break;
    default: return name;
  }
  for (char& c : name) {
    if (!std::isalpha(static_cast<unsigned char>(c))) continue;
    const char letter = letters[static_cast<std::size_t>(std::tolower(c) - 'a')];
    c = std::isupper(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(letter)) : letter;
  }
  return name;
}

}  // namespace luge::cpu
