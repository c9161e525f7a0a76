// A backend that computes nothing: its kernels say what a test wants them to say, and remember what they were
// asked.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace luge::testing {

class FakeBackend final : public Backend {
 public:
  using Answer = std::function<Offer(const KernelRequest&)>;

  /// A candidate for an op; those added first are asked first.
  void add(const std::string& op, const std::string& name, Answer answer);

  std::string_view name() const override { return "fake"; }
  std::span<const Kernel* const> candidates(std::string_view op) const override;
  /// Layout 3 pads the last axis to a multiple of 16.
  std::size_t bytes(LayoutId layout, const Type& type) const override;
  std::string layout_name(LayoutId layout) const override { return "layout" + std::to_string(layout); }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId from, LayoutId to, const Type& type) const override;
  std::string describe() const override { return "fake"; }

 private:
  struct FakeKernel;
  std::deque<FakeKernel> kernels_;
  std::map<std::string, std::vector<const Kernel*>, std::less<>> candidates_;

 public:
  FakeBackend();
  ~FakeBackend() override;
};

/// Accepted, computing nothing, in these layouts.
Offer fake_offer(std::vector<LayoutId> in = {}, std::vector<LayoutId> out = {}, double cost = 0);
/// What an elementwise kernel says: everything in the layout of the first operand that has one.
Offer elementwise_offer(const KernelRequest& request);

}  // namespace luge::testing
