// Asserts that a call throws one of Luge's errors and that the text tells a person what they need.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <typeinfo>

#include "luge/error.h"

namespace luge::testing {

/// Passes when `call` throws exactly E and its text contains every one of `parts`.
template <class E, class Call>
void expect_error(Call&& call, std::initializer_list<std::string> parts) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_TRUE(typeid(error) == typeid(E)) << "threw another error: " << error.what();
    for (const std::string& part : parts) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "\"" << part << "\" is missing from: " << error.what();
    }
    return;
  }
  ADD_FAILURE() << "nothing was thrown";
}

}  // namespace luge::testing
