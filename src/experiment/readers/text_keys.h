// Where texts and their classes are in objects of JSON and in tables.
#pragma once

#include <string>

#include "experiment/option_keys.h"

namespace luge::experiment {

struct TextKeys {
  static constexpr const char* table = "data";
  std::string text = "text", label = "label";
  static void fields(auto& self, auto&& field) {
    field("text", self.text,
          "where the text is: a member of JSONL objects, or a column of a table, by name or number from 1");
    field("label", self.label,
          "where the class is: a member of JSONL objects, or a column of a table, by name or number from 1");
  }
};

}  // namespace luge::experiment
