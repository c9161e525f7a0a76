#include "runtime/settings.h"

#include <atomic>

#include "backend/devices.h"
#include "core/threads.h"
#include "graph/scopes.h"
#include "luge/compile.h"

namespace luge {
namespace {

std::atomic<const Backend*> backend_setting{nullptr};  // null: the processor's
std::atomic<Math> math_setting{Math::fast};
std::atomic<Precision> precision_setting{Precision::f32};
std::atomic<bool> always_bf16_setting{false};
std::atomic<std::size_t> memory_setting{0};

}  // namespace

void set_math(Math math) { math_setting = math; }
Math math() { return math_setting; }
void set_precision(Precision precision) { precision_setting = precision; }
Precision precision() { return precision_setting; }
void set_always_bf16(bool on) { always_bf16_setting = on; }
void set_memory_limit(std::size_t bytes) { memory_setting = bytes; }
std::size_t memory_limit() { return memory_setting; }

Settings settings() {
  const Backend* backend = backend_setting.load(std::memory_order_relaxed);
  const ScopeRecorder* recorder = scope_recorder();
  return {backend ? backend : &cpu_backend(), math(), precision(), always_bf16_setting, thread_count(),
          recorder ? recorder->number() : 0};
}
void set_device(const Device& device) { backend_setting = &backend_of(device); }
Device device() { return settings().backend->device(); }
std::vector<Device> devices() { return registered_devices(); }

void Settings::write_key(std::vector<std::uint64_t>& words) const {
  words.push_back(reinterpret_cast<std::uintptr_t>(backend));
  words.push_back(static_cast<std::uint64_t>(threads) << 8 | static_cast<std::uint64_t>(always_bf16) << 5 |
                  static_cast<std::uint64_t>(precision) << 4 | static_cast<std::uint64_t>(math));
  words.push_back(recorder);
}

}  // namespace luge
