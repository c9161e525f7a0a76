// The reference backend: one candidate that takes every op with a reference loop or an instruction.
#include <vector>

#include "backend/backend.h"
#include "backend/reference/instructions.h"

namespace luge {
namespace {

class ReferenceStep final : public PreparedKernel {
 public:
  explicit ReferenceStep(const KernelRequest& request) : op_(request.op) {
    for (const Type& type : request.in) in_.push_back({type});
    for (const Type& type : request.out) out_.push_back({type});
  }
  // One call at a time, so the views may be filled in place.
  void run(const KernelCall& call) const override {
    for (std::size_t k = 0; k < in_.size(); ++k) in_[k].data = call.in[k];
    for (std::size_t k = 0; k < out_.size(); ++k) out_[k].data = call.out[k];
    run_reference(op_, {in_, out_, call.status});
  }

 private:
  const AnyOp& op_;  // kept by the Program's step
  mutable std::vector<View> in_, out_;
};

class ReferenceKernel final : public Kernel {
 public:
  std::string_view name() const override { return "reference"; }
  Offer offer(const KernelRequest& request) const override {
    if (!has_loop(request.op)) return refuse("no reference loop: decompose it");
    if (!request.post.empty()) return refuse("takes no post-ops");
    Offer offer;
    double elements = 0;
    for (const Type& type : request.out) elements += static_cast<double>(type.shape.elements());
    for (const Type& type : request.in) elements += static_cast<double>(type.shape.elements());
    offer.cost = 1e-8 * elements * request.op.traits().cost;
    offer.kernel = std::make_shared<ReferenceStep>(request);
    return offer;
  }
};

class ReferenceBackend final : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  std::span<const Kernel* const> candidates(std::string_view) const override {
    static const Kernel* const list[] = {new ReferenceKernel};  // never destroyed, as the backend
    return list;
  }
  std::size_t bytes(LayoutId, const Type& type) const override {
    return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
  }
  std::string layout_name(LayoutId) const override { return "public"; }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId, LayoutId, const Type&) const override {
    return nullptr;
  }
  std::string describe() const override { return "reference loops"; }
};

}  // namespace

const Backend& reference_backend() {
  static const ReferenceBackend& backend = *new ReferenceBackend;  // never destroyed, as the processor's
  return backend;
}

}  // namespace luge
