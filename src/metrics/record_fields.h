// Fields of records as metrics read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/record.h"

namespace luge::metrics {

/// The field of this name. Throws ValueError naming `who`, the role of the record ("truth"), what the field
/// would hold, and the fields that there are.
const data::HostArray& field_of(const std::string& who, const char* role, const data::Record& record,
                                std::string_view name, const std::string& what);
/// The elements as double.
std::vector<double> numbers_in(const data::HostArray& value);
/// An element as text, for errors.
std::string shown(const data::HostArray& value, std::size_t position);

}  // namespace luge::metrics
