#include "io/checksum.h"

#include <gtest/gtest.h>

#include <string_view>

namespace luge::io {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(Checksum, KnownValues) {
  EXPECT_EQ(xxh64({}), 0xEF46DB3751D8E999u);
  EXPECT_EQ(xxh64(bytes("a")), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(xxh64(bytes("abc")), 0x44BC2CF5AD770999u);
  EXPECT_EQ(xxh64(bytes("Nobody inspects the spammish repetition")), 0xFBCEA83C8A378BF1u);
}

TEST(Checksum, PiecesGiveTheSameAsTheWhole) {
  std::string text(1000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31);
  for (const std::size_t piece : {1u, 3u, 31u, 32u, 33u, 64u, 999u}) {
    Xxh64 hash;
    for (std::size_t at = 0; at < text.size(); at += piece)
      hash.update(bytes(std::string_view(text).substr(at, piece)));
    EXPECT_EQ(hash.digest(), xxh64(bytes(text))) << "pieces of " << piece;
  }
}

}  // namespace
}  // namespace luge::io
