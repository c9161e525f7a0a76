#include "graph/kernel_error.h"

namespace luge {

void Status::record(const KernelError& error) {
  while (busy_.test_and_set(std::memory_order_acquire)) {
  }
  if (!failed_.load(std::memory_order_relaxed) || error.position < error_.position) error_ = error;
  failed_.store(true, std::memory_order_release);
  busy_.clear(std::memory_order_release);
}

}  // namespace luge
