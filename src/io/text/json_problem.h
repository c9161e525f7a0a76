// What the JSON library says about a value, without its numbers for programmers.
#pragma once

#include <exception>
#include <string>

namespace luge::io {

/// "type must be number, but is string" of "[json.exception.type_error.302] type must be number, but is
/// string".
std::string json_problem(const std::exception& error);

}  // namespace luge::io
