// The processor backend: registered candidates, and the layouts that oneDNN's kernels work in.
#include "backend/backend.h"
#include "backend/registry.h"

namespace luge {
namespace {

class CpuBackend final : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }
  std::span<const Kernel* const> candidates(std::string_view op) const override { return registered_kernels(op); }
  std::size_t bytes(LayoutId, const Type& type) const override {
    return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
  }
  std::string layout_name(LayoutId) const override { return "public"; }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId, LayoutId, const Type&) const override { return nullptr; }
  std::string describe() const override { return "cpu"; }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace luge
