// Log lines that LUGE_LOG asks for. The library prints nothing unless that variable names a subject:
// LUGE_LOG=compile,kernels.
#pragma once

#include <string_view>

namespace luge {

/// True when LUGE_LOG names the subject.
bool logging(std::string_view subject);
/// One line to standard error: "luge compile: text".
void log(std::string_view subject, std::string_view text);

}  // namespace luge
