#include "support/fake_backend.h"

namespace luge::testing {
namespace {

class Nothing final : public PreparedKernel {
 public:
  void run(const KernelCall&) const override {}
};

}  // namespace

struct FakeBackend::FakeKernel final : Kernel {
  std::string kernel_name;
  Answer answer;
  std::string_view name() const override { return kernel_name; }
  Offer offer(const KernelRequest& request) const override { return answer(request); }
};

FakeBackend::FakeBackend() = default;
FakeBackend::~FakeBackend() = default;

void FakeBackend::add(const std::string& op, const std::string& name, Answer answer) {
  FakeKernel& kernel = kernels_.emplace_back();
  kernel.kernel_name = name;
  kernel.answer = std::move(answer);
  candidates_[op].push_back(&kernel);
}

std::span<const Kernel* const> FakeBackend::candidates(std::string_view op) const {
  const auto found = candidates_.find(op);
  if (found == candidates_.end()) return {};
  return found->second;
}

std::size_t FakeBackend::bytes(LayoutId layout, const Type& type) const {
  Shape shape = type.shape;
  if (layout == 3 && shape.rank() > 0)
    shape = shape.with(shape.rank() - 1, (shape[shape.rank() - 1] + 15) / 16 * 16);
  return static_cast<std::size_t>(shape.elements()) * size_of(type.dtype);
}

std::shared_ptr<const PreparedKernel> FakeBackend::reorder(LayoutId, LayoutId, const Type&) const {
  return std::make_shared<Nothing>();
}

Offer fake_offer(std::vector<LayoutId> in, std::vector<LayoutId> out, double cost) {
  Offer offer;
  offer.in_layouts = std::move(in);
  offer.out_layouts = std::move(out);
  offer.cost = cost;
  offer.kernel = std::make_shared<Nothing>();
  return offer;
}

Offer elementwise_offer(const KernelRequest& request) {
  LayoutId layout = public_layout;
  for (LayoutId now : request.in_layouts) {
    if (now != any_layout && now != public_layout && layout == public_layout) layout = now;
  }
  Offer offer = fake_offer(std::vector<LayoutId>(request.in.size(), layout), {layout});
  for (std::size_t k = 0; k < request.in.size(); ++k) {
    if (request.in[k] == request.out[0]) offer.in_place.push_back({static_cast<int>(k)});
  }
  return offer;
}

}  // namespace luge::testing
