#include "experiment/record_json.h"

#include <type_traits>

#include "core/dispatch.h"

namespace luge::experiment {

nlohmann::ordered_json to_json(const data::HostArray& value) {
  if (value.field.text) return std::string(value.text());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  dispatch(value.field.dtype, [&]<class T>() {
    using Stored = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;
    for (const Stored each : value.as<Stored>()) {
      if constexpr (std::same_as<T, bool>) {
        list.push_back(each != 0);
      } else if constexpr (is_half<T>) {
        list.push_back(convert_element<float>(each));
      } else {
        list.push_back(each);
      }
    }
  });
  return value.field.shape.rank() == 0 ? list.at(0) : list;
}

}  // namespace luge::experiment
