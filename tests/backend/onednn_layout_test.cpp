#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/layout.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using cpu::onednn::Desc;
using cpu::onednn::Tag;
using testing::Memory;

LayoutId id(Tag tag, const Shape& shape) {
  return cpu::onednn::layout_of(Desc(cpu::onednn::dims_of(shape), cpu::onednn::memory::data_type::f32, tag))
      .value();
}

TEST(OneDnnLayout, NamesAreTheFields) {
  const Shape image{2, 17, 5, 6}, weights{32, 17, 3, 3};
  EXPECT_EQ(cpu::layout_name(id(Tag::abcd, image)), "public");
  EXPECT_EQ(cpu::layout_name(id(Tag::acdb, image)), "nhwc");
  EXPECT_EQ(cpu::layout_name(id(Tag::aBcd16b, image)), "nChw16c");
  EXPECT_EQ(cpu::layout_name(id(Tag::ABcd16b16a, weights)), "OIhw16i16o");
  EXPECT_EQ(cpu::layout_name(id(Tag::Acdb16a, weights)), "Ohwi16o");
}

TEST(OneDnnLayout, EqualMemoryHasOneId) {
  EXPECT_EQ(id(Tag::acdb, {4, 1, 28, 28}), public_layout);
  EXPECT_EQ(id(Tag::acdb, {4, 3, 1, 1}), public_layout);
  EXPECT_EQ(id(Tag::aBcd16b, {4, 16, 7, 7}), id(Tag::acdb, {4, 16, 7, 7}));
  EXPECT_EQ(id(Tag::aBcd16b, {4, 64, 1, 1}), public_layout);
  EXPECT_NE(id(Tag::aBcd16b, {4, 17, 1, 1}), public_layout);
  EXPECT_NE(id(Tag::aBcd16b, {4, 32, 7, 7}), id(Tag::acdb, {4, 32, 7, 7}));
}

TEST(OneDnnLayout, BytesCountThePadding) {
  const Type image{f32, {2, 17, 5, 6}}, plane{u8, {2, 17, 5, 6}};
  const LayoutId blocked = id(Tag::aBcd16b, image.shape);
  EXPECT_EQ(cpu_backend().bytes(blocked, image), 2u * 32 * 5 * 6 * 4);
  EXPECT_EQ(cpu_backend().bytes(blocked, plane), 2u * 32 * 5 * 6);
  EXPECT_EQ(cpu_backend().bytes(public_layout, image), 2u * 17 * 5 * 6 * 4);
  EXPECT_EQ(cpu_backend().bytes(public_layout, {f32, {}}), 4u);
}

// Every byte of a value comes back from each layout, for the element types oneDNN has and those it lacks.
TEST(OneDnnLayout, ReordersThereAndBack) {
  const Shape shape{2, 17, 3, 5};
  const std::vector<Tag> tags{Tag::acdb, Tag::aBcd16b, Tag::aBcd8b, Tag::ABcd16b16a};
  for (const DType dtype : {f32, f64, bf16, f16, i8, u8, i16, i32, i64, boolean}) {
    const Type type{dtype, shape};
    Memory plain(cpu_backend().bytes(public_layout, type));
    auto* bytes = static_cast<unsigned char*>(plain.data());
    for (std::size_t k = 0; k < plain.bytes(); ++k) bytes[k] = static_cast<unsigned char>(k * 37 % 101 % 64);
    for (const Tag tag : tags) {
      const LayoutId layout = id(tag, shape);
      Memory blocked(cpu_backend().bytes(layout, type)), back(plain.bytes());
      Status status;
      void *from[] = {plain.data()}, *middle[] = {blocked.data()}, *to[] = {back.data()};
      cpu_backend().reorder(public_layout, layout, type)->run({from, middle, nullptr, &status});
      cpu_backend().reorder(layout, public_layout, type)->run({middle, to, nullptr, &status});
      EXPECT_EQ(std::memcmp(plain.data(), back.data(), plain.bytes()), 0)
          << name(dtype) << " through " << cpu::layout_name(layout);
      EXPECT_NE(std::memcmp(plain.data(), blocked.data(), plain.bytes()), 0) << cpu::layout_name(layout);
      // Whatever the blocked memory holds beside the elements is zero.
      std::size_t zeros = 0, elements_zero = 0;
      for (std::size_t k = 0; k < blocked.bytes(); ++k)
        zeros += static_cast<unsigned char*>(blocked.data())[k] == 0;
      for (std::size_t k = 0; k < plain.bytes(); ++k) elements_zero += bytes[k] == 0;
      EXPECT_EQ(zeros, elements_zero + blocked.bytes() - plain.bytes())
          << name(dtype) << cpu::layout_name(layout);
    }
  }
}

TEST(OneDnnLayout, OffsetsFollowTheBlocks) {
  const Type type{f32, {2, 17, 3, 5}};
  const cpu::Blocking blocking = cpu::blocking_of(id(Tag::aBcd16b, type.shape), type);
  const std::int64_t index[] = {1, 16, 2, 4};
  EXPECT_EQ(blocking.offset(index), ((1 * 2 + 1) * 3 + 2) * 5 * 16 + 4 * 16 + 0);
  EXPECT_EQ(blocking.padded_elements(), 2 * 32 * 3 * 5);
}

TEST(OneDnnLayout, TheBackendDescribesItself) {
  EXPECT_NE(cpu_backend().describe().find("oneDNN"), std::string::npos);
}

}  // namespace
}  // namespace luge
