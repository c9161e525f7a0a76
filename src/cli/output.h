// What commands print: results on standard output, which must arrive, and the rest on standard error.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace luge::cli {

/// Tells a person something on standard error. When that is full or closed, the work goes on all the same.
void tell_aside(std::string_view text);
/// The same with what `form` makes of the arguments.
template <class... Args>
void tell_aside(fmt::format_string<Args...> form, Args&&... args) {
  tell_aside(std::string_view(fmt::format(form, std::forward<Args>(args)...)));
}

/// One document on one line.
void print_json(const nlohmann::ordered_json& json);

/// As one word of a shell: in quotes where it has blanks or other signs.
std::string shell_word(std::string_view text);

/// On one line, so that tables keep their rows: control characters become \n, \t or \xNN, and bytes that are
/// not UTF-8 the sign for that.
std::string one_line(std::string_view text);

/// Writes out what is still held back. Throws FileError when any of the output could not be written (a full
/// disk, a closed pipe): a result that did not arrive is no success.
void check_output();

}  // namespace luge::cli
