#include "compile/copy_steps.h"

namespace luge::compiler {
namespace {

class CopyKernel final : public PreparedKernel {
 public:
  CopyKernel(Copy direction, DeviceMemory& memory, std::size_t bytes)
      : direction_(direction), memory_(memory), bytes_(bytes) {}
  void run(const KernelCall& call) const override {
    switch (direction_) {
      case Copy::within: return memory_.copy(call.out[0], call.in[0], bytes_, call.stream);
      case Copy::to_host: return memory_.copy_to_host(call.out[0], call.in[0], bytes_, call.stream);
      case Copy::from_host: return memory_.copy_from_host(call.out[0], call.in[0], bytes_, call.stream);
    }
  }

 private:
  Copy direction_;
  DeviceMemory& memory_;
  std::size_t bytes_;
};

}  // namespace

std::shared_ptr<const PreparedKernel> copy_kernel(Copy direction, DeviceMemory& memory, std::size_t bytes) {
  return std::make_shared<CopyKernel>(direction, memory, bytes);
}

}  // namespace luge::compiler
