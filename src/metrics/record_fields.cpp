#include "metrics/record_fields.h"

#include <fmt/format.h>

#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/error.h"

namespace luge::metrics {

const data::HostArray& field_of(const std::string& who, const char* role, const data::Record& record,
                                std::string_view name, const std::string& what) {
  if (const data::HostArray* value = record.find(name)) return *value;
  throw ValueError(fmt::format("{}: the {} has no field '{}' with {}; its fields are {}", who, role, name,
                               what, record.schema().to_string()));
}

std::vector<double> numbers_in(const data::HostArray& value) {
  return dispatch(value.field.dtype, [&]<class T>() {
    std::vector<double> all;
    for (const T element : value.as<const T>()) all.push_back(convert_element<double>(element));
    return all;
  });
}

std::string shown(const data::HostArray& value, std::size_t position) {
  return dispatch(value.field.dtype, [&]<class T>() {
    return fmt::format("{}", exactly(static_cast<T>(value.as<const T>()[position])));
  });
}

}  // namespace luge::metrics
