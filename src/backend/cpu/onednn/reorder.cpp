#include "backend/cpu/onednn/reorder.h"

#include <cstring>

#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/onednn/layout.h"
#include "backend/cpu/onednn/prepared.h"
#include "core/threads.h"

namespace luge::cpu::onednn {
namespace {

// For element types that oneDNN lacks: bits are copied one element at a time.
template <class Bits>
class PlainReorder final : public PreparedKernel {
 public:
  PlainReorder(LayoutId from, LayoutId to, const Type& type)
      : from_(cpu::blocking_of(from, type)),
        to_(cpu::blocking_of(to, type)),
        elements_(type.shape.elements()) {}

  void run(const KernelCall& call) const override {
    const auto* source = static_cast<const Bits*>(call.in[0]);
    auto* target = static_cast<Bits*>(call.out[0]);
    if (to_.padded != to_.dims) {
      std::memset(target, 0, static_cast<std::size_t>(to_.padded_elements()) * sizeof(Bits));
    }
    std::int64_t index[Shape::max_rank] = {};
    const auto rank = static_cast<int>(to_.dims.size());
    for (std::int64_t count = 0; count < elements_; ++count) {
      target[to_.offset(index)] = source[from_.offset(index)];
      for (int k = rank - 1; k >= 0 && ++index[k] == to_.dims[static_cast<std::size_t>(k)]; --k) index[k] = 0;
    }
  }

 private:
  cpu::Blocking from_, to_;
  std::int64_t elements_;
};

// A pass over less memory than this is quicker than waking a second thread.
constexpr std::size_t one_thread_bytes = std::size_t{1} << 16;

}  // namespace

std::shared_ptr<const PreparedKernel> make_reorder(LayoutId from, LayoutId to, const Type& type) {
  // Below AVX-512 bfloat16 goes through float32 there, and not all bits come back.
  const bool exact = type.dtype != DType::bf16 || has_avx512();
  if (onednn_type(type.dtype) && exact && type.shape.elements() > 0) {
    const int threads = cpu::layout_bytes(to, type) <= one_thread_bytes ? 1 : thread_count();
    const ThreadScope scope(threads);
    try {
      auto chain = std::make_shared<PrimitiveChain>(threads);
      chain->add_reorder(describe(from, type), in(0), describe(to, type), out(0));
      if (chain->scratch() == 0) return chain;  // a reorder cannot book scratch
    } catch (const dnnl::error&) {              // oneDNN has none for this pair of layouts
    }
  }
  switch (size_of(type.dtype)) {
    case 8: return std::make_shared<PlainReorder<std::uint64_t>>(from, to, type);
    case 4: return std::make_shared<PlainReorder<std::uint32_t>>(from, to, type);
    case 2: return std::make_shared<PlainReorder<std::uint16_t>>(from, to, type);
    default: return std::make_shared<PlainReorder<std::uint8_t>>(from, to, type);
  }
}

}  // namespace luge::cpu::onednn
