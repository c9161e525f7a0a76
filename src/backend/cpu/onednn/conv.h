// What the three directions of a convolution share: extents in oneDNN's terms, families of layouts, grouped
// weights.
#pragma once

#include <optional>
#include <string>

#include "backend/cpu/onednn/kernel.h"
#include "ops/attributes/conv.h"

namespace luge::cpu::onednn {

enum class Direction : std::uint8_t { forward, data, weights };

/// Which layouts a candidate works in. Each family is a candidate of its own, so that the compiler weighs
/// them together with the reorders they bring.
enum class Family : std::uint8_t {
  winograd,       // F(4x4, 3x3), oneDNN's own blocked layouts
  blocked,        // oneDNN's choice for the direct algorithm
  channels_last,  // images in N,H,W,C
  plain,          // everything public
};
inline constexpr Family families[] = {Family::winograd, Family::blocked, Family::channels_last,
                                      Family::plain};
std::string_view name(Family family);

struct ConvProblem {
  Dims x, w, y, b;  // w is [groups, O/groups, C/groups, …] when grouped
  Dims w_public;    // as the op sees it
  Geometry geometry;
  memory::data_type x_type{}, w_type{}, y_type{};  // of bfloat16 products one may be float32
  DType dtype = DType::f32;                        // what is multiplied
  bool grouped = false;
  std::string refusal;  // why oneDNN cannot be asked at all

  ConvProblem(const ConvAttributes& attributes, const Type& x, const Type& w, const Type& y);
  double flops() const;
  double bytes() const;
};

/// The descriptors that arguments are asked for in; images have rank 3 to 5.
Desc image(const Dims& dims, memory::data_type type, Family family);
inline Desc image_x(const ConvProblem& p, Family family) { return image(p.x, p.x_type, family); }
inline Desc image_y(const ConvProblem& p, Family family) { return image(p.y, p.y_type, family); }
Desc weights(const ConvProblem& problem, Family family);
/// The convolution whose gradient is asked for: its operands all have the type of y.
ConvForward::primitive_desc forward_of(const ConvProblem& problem, Family family,
                                       const primitive_attr& attributes);
algorithm how(Family family);

/// Why a family is not for this problem under these rules; empty when it is.
std::string refuse_family(const ConvProblem& problem, Family family, Math math);

/// Expected seconds, from what oneDNN says it would run and the channels that fill no whole vector.
double conv_seconds(const ConvProblem& problem, Direction direction, std::string_view implementation,
                    const Desc& x, const Desc& y, int threads);

/// The candidate that works in this family of layouts.
std::unique_ptr<Kernel> conv_candidate(Family family, Pick pick);
std::unique_ptr<Kernel> conv_backward_data_candidate(Family family, Pick pick);
std::unique_ptr<Kernel> conv_backward_weights_candidate(Family family, Pick pick);

/// Layouts for the arguments of one primitive. Grouped weights have one more axis there than as a value, so
/// the chain itself converts them from or to the public layout.
class Arguments {
 public:
  explicit Arguments(const KernelRequest& request);

  /// False when the descriptor's layout has no id.
  bool input(int id, std::size_t position, const Desc& desc);
  bool output(int id, std::size_t position, const Desc& desc);
  void weights_input(const ConvProblem& problem, int id, std::size_t position, const Desc& desc);
  void weights_output(const ConvProblem& problem, int id, const Desc& desc);
  void add(const Argument& argument) { list_.push_back(argument); }

  /// Builds the chain and fills in everything but the cost.
  Offer finish(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive, int threads);

 private:
  struct Conversion {
    int id;
    Desc from, to;
    std::size_t position;
  };
  std::vector<LayoutId> in_layouts_, out_layouts_;
  std::vector<Argument> list_;
  std::vector<Conversion> before_, after_;
};

}  // namespace luge::cpu::onednn
