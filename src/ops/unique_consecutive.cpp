// unique_consecutive: runs of equal elements. Their number depends on the values, so it is found on the host,
// at once.
#include <cstring>

#include "core/dispatch.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge {

Runs unique_consecutive(const Tensor& x) {
  const std::span<const std::byte> bytes = x.bytes();
  std::vector<std::byte> values;
  std::vector<std::int64_t> inverse, counts;
  const std::size_t size = size_of(x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    const T* elements = reinterpret_cast<const T*>(bytes.data());
    const auto same = [](const T& a, const T& b) {
      return convert_element<double>(a) == convert_element<double>(b);
    };
    const auto equal_integers = [](const T& a, const T& b) { return std::memcmp(&a, &b, sizeof(T)) == 0; };
    for (std::size_t i = 0; i < bytes.size() / size; ++i) {
      const bool goes_on = i > 0 && (is_floating(x.dtype()) ? same(elements[i - 1], elements[i])
                                                            : equal_integers(elements[i - 1], elements[i]));
      if (!goes_on) {
        values.insert(values.end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * size),
                      bytes.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
        counts.push_back(0);
      }
      ++counts.back();
      inverse.push_back(static_cast<std::int64_t>(counts.size()) - 1);
    }
  });
  const auto runs = static_cast<std::int64_t>(counts.size());
  return {tensor_from_bytes(values, x.dtype(), {runs}), tensor(inverse, x.shape()), tensor(counts, {runs})};
}

}  // namespace luge
