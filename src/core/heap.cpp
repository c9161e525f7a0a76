#include "core/heap.h"

#include <atomic>
#if defined(__linux__)
#include <malloc.h>
#endif

namespace luge {
namespace {

// Giving back takes milliseconds, and pages that are used again have to be cleared again.
constexpr std::size_t kEvery = std::size_t{16} << 20;

}  // namespace

void heap_was_churned(std::size_t bytes) {
  static std::atomic<std::size_t> churned{0};
  if (churned.fetch_add(bytes) + bytes < kEvery) return;
  churned = 0;
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace luge
