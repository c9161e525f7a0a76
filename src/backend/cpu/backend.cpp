// The processor backend: registered candidates, and the layouts that oneDNN's kernels work in.
#include <fmt/format.h>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/hold.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/describe.h"
#include "backend/cpu/onednn/reorder.h"
#include "core/instruction_sets.h"

namespace luge {
namespace {

class CpuBackend final : public Backend {
 public:
  CpuBackend() {
    if (const auto set = instruction_set_of_environment()) cpu::hold_to(*set);
  }
  std::string_view name() const override { return "cpu"; }
  std::span<const Kernel* const> candidates(std::string_view op) const override {
    return cpu::kernel_registry().kernels(op);
  }
  std::size_t bytes(LayoutId layout, const Type& type) const override {
    return cpu::layout_bytes(layout, type);
  }
  std::string layout_name(LayoutId layout) const override { return cpu::layout_name(layout); }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId from, LayoutId to, const Type& type) const override {
    return cpu::onednn::make_reorder(from, to, type);
  }
  std::string describe() const override { return fmt::format("cpu, {}", cpu::onednn::describe_library()); }
};

}  // namespace

KernelRegistry& cpu::kernel_registry() {
  static KernelRegistry& registry = *new KernelRegistry;  // never destroyed: static destructors may evaluate
  return registry;
}

const Backend& cpu_backend() {
  static const CpuBackend& backend = *new CpuBackend;  // never destroyed: static destructors may evaluate
  return backend;
}

}  // namespace luge
