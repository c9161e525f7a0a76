// digit_bitmaps: pictures of the ten digits, 7x12 pixels each.
#include "luge/init/digit_bitmaps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "init/registry.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"

namespace luge::init {
namespace {

constexpr std::size_t width = 7, height = 12, digits = 10;
// The rows of all digits, with a blank between two of them.
constexpr std::string_view rows_of_digits[height] = {
    "..###.. ...##.. .#####. ####### ....##. ####### ...###. ####### .#####. .####..",
    ".##.##. ..###.. ##...## .....## ...###. ##..... ..##... ####### ##...## ##..##.",
    "##...## .####.. .....## ....##. ..####. ##..... .##.... .....## ##...## ##...##",
    "##...## ...##.. .....## ...##.. ..#.##. ##..... ##..... .....#. ##...## ##...##",
    "##...## ...##.. ....##. ..####. .##.##. ######. ##..... ....##. .##.##. ##...##",
    "##...## ...##.. ...##.. .....## .#..##. ##...## ##.###. ....#.. ..###.. ##..###",
    "##...## ...##.. ..##... .....## ##..##. .....## ###..## ...##.. .##.##. .###.##",
    "##...## ...##.. .##.... .....## ##..##. .....## ##...## ...##.. ##...## .....##",
    "##...## ...##.. ##..... .....## ####### .....## ##...## ..##... ##...## .....##",
    "##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## ....##.",
    ".##.##. ...##.. ##..... ##..##. ....##. ##...## .##..## .##.... ##...## ...##..",
    "..###.. .###### ####### .####.. ....##. .#####. ..####. .##.... .#####. .###...",
};

const bool added_digit_bitmaps =
    add("digit_bitmaps", "codes of -1 and 1: pictures of the digits where 84 numbers are a code",
        [] { return digit_bitmaps(); });
const bool told_digit_bitmaps =
    facts::add("initializer",
               {{"digit_bitmaps",
                 {.formula = "w = 1 where the picture of the digit has ink, else -1; other rows and widths: "
                             "-1 or 1 with equal probability",
                  .range = "-1 and 1",
                  .use = "for the codes of rbf-output, as in LeNet-5 of 1998: digits that look alike have "
                         "codes that are near each other."}}});

}  // namespace

Initializer digit_bitmaps() {
  return {"digit_bitmaps", [](const Shape& shape, const Fans&, DType dtype) {
            if (shape.rank() != 2) {
              throw ShapeError(fmt::format(
                  "init::digit_bitmaps: the weight has the shape {}; expected a matrix", shape.to_string()));
            }
            std::vector<double> codes;
            for (const double sign : random::randint(0, 2, shape).to_vector<double>())
              codes.push_back(2 * sign - 1);
            if (shape[1] != width * height) return cast(tensor(codes, shape), dtype);
            const auto rows = std::min(static_cast<std::size_t>(shape[0]), digits);
            for (std::size_t k = 0; k < rows * width * height; ++k) {
              const std::size_t digit = k / (width * height), pixel = k % (width * height);
              const char ink = rows_of_digits[pixel / width][digit * (width + 1) + pixel % width];
              codes[k] = ink == '#' ? 1 : -1;
            }
            return cast(tensor(codes, shape), dtype);
          }};
}

}  // namespace luge::init
