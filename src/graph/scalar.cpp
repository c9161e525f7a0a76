#include "graph/scalar.h"

#include <fmt/format.h>

#include <limits>

#include "core/whole.h"
#include "luge/error.h"

namespace luge {

std::int64_t Scalar::whole() const {
  const auto exact = is_real() ? as_whole(real_) : is_large() ? std::nullopt : std::optional(whole_);
  if (!exact) throw ValueError(fmt::format("the number {} is not a signed 64-bit integer", to_string()));
  return *exact;
}

std::string Scalar::to_string() const {
  switch (kind_) {
    case Kind::boolean: return whole_ ? "true" : "false";
    case Kind::whole: return fmt::format("{}", whole_);
    case Kind::large: return fmt::format("{}", bits());
    case Kind::real: break;
  }
  return fmt::format("{}", real_);
}

bool holds(DType dtype, const Scalar& number) {
  if (number.is_large()) return false;
  const auto within = [whole = number.whole()]<class T>(T) {
    return whole >= std::numeric_limits<T>::min() && whole <= std::numeric_limits<T>::max();
  };
  switch (dtype) {
    case DType::i8: return within(std::int8_t{});
    case DType::u8: return within(std::uint8_t{});
    case DType::i16: return within(std::int16_t{});
    case DType::i32: return within(std::int32_t{});
    default: return true;
  }
}

}  // namespace luge
