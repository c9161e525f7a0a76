// Reading that goes on after a file that cannot be read.
#pragma once

#include <string>

#include "luge/data/bad_file.h"
#include "luge/error.h"

namespace luge::data {

/// Whether `read` worked. What it throws is told to `bad`, or thrown on where there is none.
template <class Read>
bool worked(const BadFile& bad, const std::string& file, const Read& read) {
  if (!bad) {
    read();
    return true;
  }
  try {
    read();
    return true;
  } catch (const Error& error) {
    bad(file, error.what());
    return false;
  }
}

}  // namespace luge::data
