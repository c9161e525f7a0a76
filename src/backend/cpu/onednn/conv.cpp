#include "backend/cpu/onednn/conv.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <numeric>

#include "ops/attributes/window.h"

namespace luge::cpu::onednn {
namespace {

double product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), 1.0, std::multiplies<>());
}

Tag channels_last(std::size_t rank) { return rank == 3 ? Tag::acb : rank == 4 ? Tag::acdb : Tag::acdeb; }

bool has(std::string_view implementation, std::string_view part) {
  return implementation.find(part) != std::string_view::npos;
}

// Shares of peak seen on AVX-512; docs/decisions tells the measurements. The ranking matters, not the second
// digit.
double efficiency(Direction direction, std::string_view implementation, double reduced) {
  // Turns both images at each call, so that pairs of points lie side by side: no faster than float32.
  if (direction == Direction::weights && has(implementation, "jit_bf16:")) return 0.23;
  if (has(implementation, "gemm"))
    return 0.3 * reduced / (reduced + 8);  // few channels: all time goes into columns
  if (has(implementation, "brg")) return 0.8 * (reduced + 2) / (reduced + 7);
  return direction == Direction::weights ? 0.55 : 0.75;
}

// Two of the three are multiplied.
DType product_type(std::initializer_list<DType> types) {
  return std::count(types.begin(), types.end(), DType::bf16) >= 2 ? DType::bf16 : *types.begin();
}

double filled(memory::dim extent, memory::dim lanes) {
  return static_cast<double>(extent) / static_cast<double>((extent + lanes - 1) / lanes * lanes);
}

// Products on tiles of 6x6 points, and the transforms to and from them: an image's per step, the weights' per
// call.
double winograd_seconds(const ConvProblem& p, int threads) {
  constexpr double image_transform = 0.76e-9, weights_transform = 1.5e-9, points = 36;
  const double channels = static_cast<double>(p.x[1]), filters = static_cast<double>(p.y[1]);
  double tiles = static_cast<double>(p.y[0]);
  for (std::size_t k = 2; k < p.y.size(); ++k) tiles *= static_cast<double>((p.y[k] + 3) / 4);
  const double transforms = image_transform * tiles * points * (channels + filters) +
                            weights_transform * points * channels * filters;
  return seconds(p.dtype, 2 * tiles * points * channels * filters, 0.85, 0, threads) + transforms / threads;
}

}  // namespace

std::string_view name(Family family) {
  switch (family) {
    case Family::winograd: return "winograd";
    case Family::blocked: return "blocked";
    case Family::channels_last: return "channels last";
    case Family::plain: return "plain";
  }
  return {};
}

ConvProblem::ConvProblem(const ConvAttributes& attributes, const Type& x_type, const Type& w_type,
                         const Type& y_type)
    : x(dims_of(x_type.shape)),
      w(dims_of(w_type.shape)),
      y(dims_of(y_type.shape)),
      w_public(w),
      dtype(product_type({x_type.dtype, w_type.dtype, y_type.dtype})) {
  if (x.size() < 3 || x.size() > 5) {
    refusal = fmt::format("takes 1 to 3 spatial axes, got {}", x_type.shape.to_string());
    return;
  }
  for (const Type* type : {&x_type, &w_type, &y_type}) {
    if (type->dtype == DType::f32 || type->dtype == DType::bf16) continue;
    refusal = fmt::format("takes f32 or bf16, got {}", luge::name(type->dtype));
    return;
  }
  this->x_type = *onednn_type(x_type.dtype);
  this->w_type = *onednn_type(w_type.dtype);
  this->y_type = *onednn_type(y_type.dtype);
  b = {w[0]};
  const Windows<ConvAttributes> windows(attributes, x_type.shape, w_type.shape.begin() + 2);
  for (std::size_t k = 5 - x.size(); k < 3; ++k) {
    const Window& window = windows.axis[k];
    if (window.pad_begin < 0 || window.pad_end < 0) refusal = "takes no negative padding";
    geometry.stride.push_back(window.stride);
    geometry.dilation.push_back(window.dilation - 1);
    geometry.pad_begin.push_back(window.pad_begin);
    // What lies after the last window is never read; oneDNN wants it left out.
    geometry.pad_end.push_back(std::max<std::int64_t>(
        0, (window.out - 1) * window.stride + window.span() - window.in - window.pad_begin));
  }
  grouped = attributes.groups > 1;
  if (grouped) {
    w[0] /= attributes.groups;
    w.insert(w.begin(), attributes.groups);
  }
}

double ConvProblem::flops() const {
  return 2 * product(y) * product(w_public) / static_cast<double>(w_public[0]);
}

double ConvProblem::bytes() const {
  return product(x) * static_cast<double>(memory::data_type_size(x_type)) +
         product(w) * static_cast<double>(memory::data_type_size(w_type)) +
         product(y) * static_cast<double>(memory::data_type_size(y_type));
}

Desc image(const Dims& dims, memory::data_type type, Family family) {
  if (family == Family::plain) return describe(public_layout, dims, type);
  return {dims, type, family == Family::channels_last ? channels_last(dims.size()) : Tag::any};
}

Desc weights(const ConvProblem& problem, Family family) {
  if (family == Family::plain) return describe(public_layout, problem.w, problem.w_type);
  return {problem.w, problem.w_type, Tag::any};
}

ConvForward::primitive_desc forward_of(const ConvProblem& problem, Family family,
                                       const primitive_attr& attributes) {
  const Desc w = family == Family::plain ? describe(public_layout, problem.w, problem.y_type)
                                         : Desc(problem.w, problem.y_type, Tag::any);
  return conv_forward(how(family), image(problem.x, problem.y_type, family), w, nullptr,
                      image_y(problem, family), problem.geometry, attributes, Pick().from({}));
}

algorithm how(Family family) {
  return family == Family::winograd ? algorithm::convolution_winograd : algorithm::convolution_direct;
}

std::string refuse_family(const ConvProblem& problem, Family family, Math math) {
  if (!problem.refusal.empty()) return problem.refusal;
  if (family != Family::winograd) return {};
  if (!has_winograd) return "this oneDNN has no Winograd";
  if (math == Math::strict) return "math = strict forbids Winograd";
  if (problem.dtype != DType::f32)
    return fmt::format("Winograd takes f32, got {}", luge::name(problem.dtype));
  if (problem.w_public.size() != 4 || problem.w_public[2] != 3 || problem.w_public[3] != 3) {
    return "Winograd takes windows of 3x3";
  }
  for (std::size_t k = 0; k < 2; ++k) {
    if (problem.geometry.stride[k] != 1)
      return fmt::format("Winograd takes stride 1, got {}", problem.geometry.stride[k]);
    if (problem.geometry.dilation[k] != 0) return "Winograd takes no dilation";
  }
  if (problem.grouped) return "Winograd takes no groups";
  if (std::min(problem.x[1], problem.y[1]) < 16) return "Winograd pays from 16 channels on both sides";
  return {};
}

double conv_seconds(const ConvProblem& problem, Direction direction, std::string_view implementation,
                    const Desc& x, const Desc& y, int threads) {
  if (has(implementation, "wino")) return winograd_seconds(problem, threads);
  const auto x_bytes = static_cast<double>(x.get_size()), y_bytes = static_cast<double>(y.get_size());
  // The channels of the result fill vectors; those summed over cost where a blocked layout pads them.
  const memory::dim lanes = has(implementation, "avx512") ? 16 : has(implementation, "avx2") ? 8 : 4;
  const bool to_x = direction == Direction::data;
  const auto bytes_of = [](const Dims& dims, memory::data_type type) {
    return product(dims) * static_cast<double>(memory::data_type_size(type));
  };
  const double padding =
      to_x ? y_bytes / bytes_of(problem.y, problem.y_type) : x_bytes / bytes_of(problem.x, problem.x_type);
  double vectors = filled(to_x ? problem.x[1] : problem.y[1], lanes) * static_cast<double>(lanes) / 16;
  if (has(implementation, "gemm")) vectors = 1;
  const double reduced = static_cast<double>(to_x ? problem.y[1] : problem.x[1]);
  const double waste = problem.grouped ? std::max(padding, 1 / vectors) : padding / vectors;
  return seconds(problem.dtype, problem.flops() * waste, efficiency(direction, implementation, reduced),
                 x_bytes + y_bytes, threads);
}

Arguments::Arguments(const KernelRequest& request)
    : in_layouts_(request.in.size(), any_layout), out_layouts_(request.out.size(), public_layout) {}

bool Arguments::input(int id, std::size_t position, const Desc& desc) {
  const auto layout = layout_of(desc);
  if (!layout) return false;
  in_layouts_[position] = *layout;
  list_.push_back({id, desc, in(position)});
  return true;
}

bool Arguments::output(int id, std::size_t position, const Desc& desc) {
  const auto layout = layout_of(desc);
  if (!layout) return false;
  out_layouts_[position] = *layout;
  list_.push_back({id, desc, out(position)});
  return true;
}

void Arguments::weights_input(const ConvProblem& problem, int id, std::size_t position, const Desc& desc) {
  if (!problem.grouped && input(id, position, desc)) return;
  in_layouts_[position] = public_layout;
  before_.push_back({id, describe(public_layout, problem.w, problem.w_type), desc, position});
}

void Arguments::weights_output(const ConvProblem& problem, int id, const Desc& desc) {
  if (!problem.grouped && output(id, 0, desc)) return;
  out_layouts_[0] = public_layout;
  after_.push_back({id, desc, describe(public_layout, problem.w, problem.w_type), 0});
}

Offer Arguments::finish(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
                        int threads) {
  auto chain = std::make_shared<PrimitiveChain>(threads);
  for (const Conversion& c : before_) {
    const MemorySource converted = chain->book(c.to.get_size());
    chain->add_reorder(c.from, in(c.position), c.to, converted);
    list_.push_back({c.id, c.to, converted});
  }
  std::vector<MemorySource> unconverted;
  for (const Conversion& c : after_) {
    unconverted.push_back(chain->book(c.from.get_size()));
    list_.push_back({c.id, c.from, unconverted.back()});
  }
  chain->add(desc, primitive, std::move(list_));
  for (std::size_t k = 0; k < after_.size(); ++k) {
    chain->add_reorder(after_[k].from, unconverted[k], after_[k].to, out(after_[k].position));
  }
  Offer offer;
  offer.in_layouts = std::move(in_layouts_);
  offer.out_layouts = std::move(out_layouts_);
  offer.scratch = chain->scratch();
  offer.kernel = std::move(chain);
  return offer;
}

}  // namespace luge::cpu::onednn
