#include "data/sources/captcha_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/philox.h"

namespace luge::data {
namespace {

constexpr std::uint64_t kText = std::uint64_t{1} << 56, kLook = std::uint64_t{1} << 57,
                        kGrain = std::uint64_t{1} << 58;
constexpr double kTurn = 2 * std::numbers::pi;

class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
  double next() { return philox_f64(seed_, stream_, drawn_++); }
  double within(double low, double high) { return low + (high - low) * next(); }
  std::size_t below(std::size_t count) {
    return std::min(count - 1, static_cast<std::size_t>(next() * static_cast<double>(count)));
  }

 private:
  std::uint64_t seed_, stream_, drawn_ = 0;
};

// How far the pixel of a straight picture is from that of the wavy one at which it is seen: a row is moved
// along itself, and a column too.
struct Wave {
  double across = 0, along = 0;           // the largest movements
  std::vector<double> of_row, of_column;  // to the right, and down
  Wave(Draws& draws, double warp, std::int64_t height, std::int64_t width) {
    const auto rows = static_cast<double>(height), columns = static_cast<double>(width);
    across = warp * rows * draws.within(0.02, 0.07), along = warp * rows * draws.within(0.02, 0.12);
    const double across_rate = kTurn / (rows * draws.within(0.7, 1.5)),
                 along_rate = kTurn / (columns * draws.within(0.4, 1.2));
    const double across_phase = kTurn * draws.next(), along_phase = kTurn * draws.next();
    for (double y = 0.5; y < rows; ++y) of_row.push_back(across * std::sin(across_rate * y + across_phase));
    for (double x = 0.5; x < columns; ++x)
      of_column.push_back(along * std::sin(along_rate * x + along_phase));
  }
};

struct Letter {
  const io::Image* ink = nullptr;
  double middle_x = 0, middle_y = 0;  // on the straight picture
  double scale_x = 1, scale_y = 1;    // pixels of the picture for each pixel of the letter
  double angle = 0;
};

// The ink at a position of a letter, between its pixels.
float ink_at(const io::Image& letter, double x, double y) {
  x -= 0.5, y -= 0.5;
  const auto left = static_cast<std::int64_t>(std::floor(x)), top = static_cast<std::int64_t>(std::floor(y));
  if (left < -1 || top < -1 || left >= letter.width || top >= letter.height) return 0;
  const auto pixel = [&](std::int64_t column, std::int64_t row) -> float {
    if (column < 0 || row < 0 || column >= letter.width || row >= letter.height) return 0;
    return letter.pixels[static_cast<std::size_t>(row * letter.width + column)];
  };
  const auto u = static_cast<float>(x - static_cast<double>(left)),
             v = static_cast<float>(y - static_cast<double>(top));
  return (pixel(left, top) * (1 - u) + pixel(left + 1, top) * u) * (1 - v) +
         (pixel(left, top + 1) * (1 - u) + pixel(left + 1, top + 1) * u) * v;
}

class Picture {
 public:
  Picture(const CaptchaOptions& options, std::uint64_t index)
      : o_(options),
        index_(index),
        draws_(options.seed, kLook + index),
        height_(static_cast<double>(options.height)),
        width_(static_cast<double>(options.width)),
        wave_(draws_, options.warp, options.height, options.width),
        ink_(static_cast<std::size_t>(options.height * options.width)) {}

  void draw(const std::vector<std::size_t>& characters, std::span<std::uint8_t> planes) {
    for (const Letter& letter : laid_out(characters)) add(letter);
    lines();
    dots();
    paint(planes);
  }

 private:
  // From left to right, with random gaps; narrower where they would not fit.
  std::vector<Letter> laid_out(const std::vector<std::size_t>& characters) {
    std::vector<Letter> letters;
    std::vector<double> gaps;
    double total = 0;
    for (const std::size_t character : characters) {
      const std::vector<io::Image>& font = o_.letters[draws_.below(o_.letters.size())];
      Letter letter{.ink = &font[character]};
      letter.scale_y = height_ / static_cast<double>(letter.ink->height) * draws_.within(0.75, 1);
      letter.scale_x = letter.scale_y * draws_.within(0.85, 1.15);
      letter.angle = o_.warp * draws_.within(-0.7, 0.7);
      letter.middle_y = height_ * (0.5 + o_.warp * draws_.within(-0.12, 0.12));
      gaps.push_back(height_ * draws_.within(0.0, 0.12));
      total += gaps.back() + letter.scale_x * static_cast<double>(letter.ink->width);
      letters.push_back(letter);
    }
    const double margin = 0.08 * height_, room = width_ - 2 * margin;
    const double narrow = std::min(1.0, room / total);
    double x = margin + (room - narrow * total) * draws_.next();
    for (std::size_t k = 0; k < letters.size(); ++k) {
      letters[k].scale_x *= narrow;
      const double half = letters[k].scale_x * static_cast<double>(letters[k].ink->width) / 2;
      x += narrow * gaps[k] / 2 + half;
      letters[k].middle_x = x;
      x += narrow * gaps[k] / 2 + half;
    }
    return letters;
  }

  void add(const Letter& letter) {
    const double cosine = std::cos(letter.angle), sine = std::sin(letter.angle);
    const double half_x = letter.scale_x * static_cast<double>(letter.ink->width) / 2,
                 half_y = letter.scale_y * static_cast<double>(letter.ink->height) / 2;
    const double reach_x = std::abs(cosine) * half_x + std::abs(sine) * half_y + wave_.across + 1,
                 reach_y = std::abs(sine) * half_x + std::abs(cosine) * half_y + wave_.along + 1;
    const auto from_y = std::max<std::int64_t>(0, static_cast<std::int64_t>(letter.middle_y - reach_y)),
               from_x = std::max<std::int64_t>(0, static_cast<std::int64_t>(letter.middle_x - reach_x));
    const auto to_y = std::min(o_.height, static_cast<std::int64_t>(letter.middle_y + reach_y) + 1),
               to_x = std::min(o_.width, static_cast<std::int64_t>(letter.middle_x + reach_x) + 1);
    for (std::int64_t row = from_y; row < to_y; ++row) {
      for (std::int64_t column = from_x; column < to_x; ++column) {
        const double dx = static_cast<double>(column) + 0.5 + wave_.of_row[static_cast<std::size_t>(row)] -
                          letter.middle_x,
                     dy = static_cast<double>(row) + 0.5 + wave_.of_column[static_cast<std::size_t>(column)] -
                          letter.middle_y;
        cover(row, column,
              ink_at(*letter.ink, (cosine * dx + sine * dy + half_x) / letter.scale_x,
                     (cosine * dy - sine * dx + half_y) / letter.scale_y));
      }
    }
  }

  void cover(std::int64_t row, std::int64_t column, float ink) {
    float& there = ink_[static_cast<std::size_t>(row * o_.width + column)];
    there = std::max(there, ink);
  }

  // Curves from the left to the right edge, which look like strokes of letters.
  void lines() {
    const auto count = static_cast<int>(std::lround(3 * o_.noise * draws_.next()));
    for (int k = 0; k < count; ++k) {
      const double from = height_ * draws_.within(0.15, 0.85), to = height_ * draws_.within(0.15, 0.85),
                   bend = height_ * draws_.within(-0.3, 0.3), half = draws_.within(0.4, 0.9),
                   strength = draws_.within(120, 255);
      for (std::int64_t column = 0; column < o_.width; ++column) {
        const double t = (static_cast<double>(column) + 0.5) / width_;
        const double middle = from + (to - from) * t + bend * std::sin(std::numbers::pi * t);
        stroke(column, middle, half, strength);
      }
    }
  }
  void stroke(std::int64_t column, double middle, double half, double strength) {
    const auto first = static_cast<std::int64_t>(std::floor(middle - half)),
               last = static_cast<std::int64_t>(std::floor(middle + half));
    for (std::int64_t row = std::max<std::int64_t>(0, first); row <= std::min(o_.height - 1, last); ++row) {
      const auto y = static_cast<double>(row);
      const double share = std::min(middle + half, y + 1) - std::max(middle - half, y);
      cover(row, column, static_cast<float>(strength * std::clamp(share, 0.0, 1.0)));
    }
  }

  void dots() {
    const auto count = static_cast<int>(std::lround(0.01 * height_ * width_ * o_.noise * draws_.next()));
    for (int k = 0; k < count; ++k) {
      const auto row = static_cast<std::int64_t>(draws_.below(static_cast<std::size_t>(o_.height))),
                 column = static_cast<std::int64_t>(draws_.below(static_cast<std::size_t>(o_.width)));
      cover(row, column, static_cast<float>(draws_.within(100, 255)));
    }
  }

  // Ink is darker than paper. Grain is nearly normal: the sum of the four bytes of a random word.
  void paint(std::span<std::uint8_t> planes) {
    const std::size_t area = ink_.size(), channels = planes.size() / area;
    const double deviation = 36 * o_.noise * draws_.next(), grain = deviation / 147.8;  // of the sum of bytes
    std::array<float, 3> paper{}, ink{};
    const double light = draws_.within(170, 245), dark = draws_.within(10, 100);
    for (std::size_t c = 0; c < channels; ++c) {
      paper[c] =
          static_cast<float>(channels == 1 ? light : std::clamp(light + draws_.within(-40, 40), 0.0, 255.0));
      ink[c] =
          static_cast<float>(channels == 1 ? dark : std::clamp(dark + draws_.within(-60, 60), 0.0, 255.0));
    }
    for (std::size_t i = 0; i < area; i += 4) {
      const PhiloxBlock words = philox(o_.seed, kGrain + index_, i / 4);
      for (std::size_t k = i; k < std::min(area, i + 4); ++k) {
        const std::uint32_t word = words[k - i];
        const int sum =
            static_cast<int>((word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24));
        const float share = ink_[k] / 255, noise = static_cast<float>(grain * (sum - 510));
        for (std::size_t c = 0; c < channels; ++c) {
          const float value = paper[c] + share * (ink[c] - paper[c]) + noise;
          planes[c * area + k] = static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
        }
      }
    }
  }

  const CaptchaOptions& o_;
  std::uint64_t index_;
  Draws draws_;
  double height_, width_;
  Wave wave_;
  std::vector<float> ink_;  // of each pixel, 0 to 255
};

}  // namespace

std::vector<std::size_t> captcha_characters(const CaptchaOptions& options, std::uint64_t index) {
  Draws draws(options.seed, kText + index);
  const auto more = static_cast<std::size_t>(options.longest - options.shortest + 1);
  std::vector<std::size_t> all(static_cast<std::size_t>(options.shortest) + draws.below(more));
  for (std::size_t& each : all) each = draws.below(options.characters.size());
  return all;
}

void draw_captcha(const CaptchaOptions& options, std::uint64_t index, std::span<std::uint8_t> planes) {
  Picture(options, index).draw(captcha_characters(options, index), planes);
}

}  // namespace luge::data
