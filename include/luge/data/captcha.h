// Made-up pictures of a few letters, as forms show them to tell people from programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/io/image.h"

namespace luge::data {

/// Options of captcha.
struct CaptchaOptions {
  std::int64_t samples = 1000;               ///< the number of pictures
  std::vector<std::string> characters = {};  ///< the letters that occur, each a text of one character
  /// How they look: for each font, a gray picture of each character, 255 where there is ink. Those of one
  /// font have one height, and the same baseline. draw::letters makes them.
  std::vector<std::vector<io::Image>> letters = {};
  std::int64_t shortest = 4;  ///< the fewest characters of a picture
  std::int64_t longest = 6;   ///< the most characters of a picture
  std::int64_t height = 48;   ///< the height in pixels, 16 to 512
  std::int64_t width = 144;   ///< the width in pixels, 16 to 2048
  double noise = 0.5;         ///< from 0, clean paper, to 1: grain, dots and lines across the letters
  double warp = 0.5;          ///< from 0, straight letters, to 1: turned letters on a wavy line
  bool color = false;         ///< ink and paper have colors, in three channels
  bool fresh = false;         ///< each epoch has other pictures
  std::uint64_t seed = 0;     ///< another number makes other pictures
};

/// Returns pictures f32[channels,height,width] in 0 … 1 in the field "input", and what is written in them in
/// the field "text". Each is drawn when it is read and follows from the seed and its number alone: the number
/// of characters and each of them are uniform, and fonts, sizes, angles, distances, shades, waves, lines and
/// grain are random. Throws ValueError when an option is out of range, when `characters` is empty or has one
/// twice, and when `letters` are not gray pictures of all of them.
Dataset captcha(const CaptchaOptions& options);

/// Returns what a file name says is written in its picture: the letters and digits before the ending, without
/// a number after an underscore, which tells pictures of the same text apart: "AB3xK" of "AB3xK.png" and of
/// "AB3xK_2.png". Throws FormatError that begins with the name for an empty text, a text of more than 64
/// characters, one that is not UTF-8, and one with white space or a control character.
std::string text_of_file_name(const std::string& name);

}  // namespace luge::data
