#include "luge/draw/letters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "draw/canvas.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr double kLine = 1.4, kMiddle = 0.68;  // the height of a line and that of the middle of capitals

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether the name of a font begins with that of a family; Pango takes both in any case.
bool begins_with(const std::string& font, const std::string& family) {
  if (font.size() < family.size()) return false;
  for (std::size_t k = 0; k < family.size(); ++k) {
    if (lower(font[k]) != lower(family[k])) return false;
  }
  return font.size() == family.size() || font[family.size()] == ' ';
}

// Another font would be taken for one that is missing.
void check_font(const std::string& font) {
  const std::vector<std::string> known = fonts();
  if (std::any_of(known.begin(), known.end(), [&](const auto& family) { return begins_with(font, family); }))
    return;
  throw ValueError(fmt::format("letters: this machine does not have the font '{}'; it has {}", font,
                               known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

// The columns with ink from `from` to `to`, as gray.
io::Image ink_of(const io::Image& drawn, std::int64_t from, std::int64_t to) {
  const auto ink = [&](std::int64_t y, std::int64_t x) {
    return static_cast<std::uint8_t>(255 - drawn.pixels[static_cast<std::size_t>((y * drawn.width + x) * 3)]);
  };
  std::int64_t first = to, last = -1;
  for (std::int64_t y = 0; y < drawn.height; ++y) {
    for (std::int64_t x = from; x < to; ++x) {
      if (ink(y, x) == 0) continue;
      first = std::min(first, x), last = std::max(last, x);
    }
  }
  io::Image image{drawn.height, std::max<std::int64_t>(0, last - first + 1), 1, {}};
  for (std::int64_t y = 0; y < image.height; ++y) {
    for (std::int64_t x = first; x <= last; ++x) image.pixels.push_back(ink(y, x));
  }
  return image;
}

// Letters of one picture, which takes a while to begin: all fonts are listed for it.
std::vector<io::Image> drawn_letters(const std::string& font, std::span<const std::string> texts,
                                     double size) {
  const std::unique_ptr<Canvas> measured = ruler();
  std::vector<std::int64_t> edges = {0};
  for (const std::string& each : texts) {
    const Text text{.text = each, .size = size, .font = font};
    edges.push_back(edges.back() +
                    static_cast<std::int64_t>(std::ceil(measured->measure(text).width + size)));
  }
  const io::Image drawn =
      drawn_pixels({static_cast<double>(edges.back()), std::ceil(kLine * size)}, 1, [&](Canvas& canvas) {
        for (std::size_t k = 0; k < texts.size(); ++k) {
          canvas.text({static_cast<double>(edges[k]) + size / 2, kMiddle * size},
                      {.text = texts[k], .size = size, .color = {0, 0, 0}, .font = font});
          if (canvas.missing_letters() > 0)
            throw ValueError(
                fmt::format("letters: no font of this machine has '{}'; leave it out", texts[k]));
        }
      });
  std::vector<io::Image> all;
  for (std::size_t k = 0; k < texts.size(); ++k) {
    all.push_back(ink_of(drawn, edges[k], edges[k + 1]));
    if (all.back().width == 0)
      throw ValueError(
          fmt::format("letters: '{}' has no ink in the font '{}'; leave it out", texts[k], font));
  }
  return all;
}

}  // namespace

std::vector<std::string> fonts() { return font_families(); }

std::vector<io::Image> letters(const std::string& font, const std::vector<std::string>& texts, double size) {
  if (!(size >= 4 && size <= 512))
    throw ValueError(fmt::format("letters: size is {}; expected 4 to 512", size));
  check_font(font);
  constexpr std::size_t kTogether = 20;
  std::vector<io::Image> all;
  for (std::size_t k = 0; k < texts.size(); k += kTogether) {
    const auto some = std::span(texts).subspan(k, std::min(kTogether, texts.size() - k));
    for (io::Image& each : drawn_letters(font, some, size)) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace luge::draw
