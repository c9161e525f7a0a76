// Commands of pages, as tests run them.
#pragma once

#include <string>
#include <vector>

namespace luge::testing {

/// The words of a line, those in double quotes as one, without a comment.
std::vector<std::string> words_of(const std::string& line);
/// A text to train on: the guide in English.
std::string guide_text();

}  // namespace luge::testing
