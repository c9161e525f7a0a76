// What the candidates for convolutions of few channels share: what they take, and how work is shared out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/conv/types.h"
#include "ops/attributes/conv.h"

namespace luge::cpu::conv {

// An image with its border stays in the second cache of a core.
inline constexpr int64_t most_bytes = 512 << 10;
inline constexpr int64_t most_channels = 16;

/// Why the loops do not take this convolution, or nothing.
std::string refuse_types(const ConvAttributes& a, const ConvTypes& s);
/// `results`: channels that it gives; 0: any number.
std::string refuse_planes(const PaddedPlanes& p, int64_t results);
/// For shapes that are not refused.
PaddedPlanes planes_of(const ConvAttributes& a, const ConvTypes& s);

/// The layout in which image k of the request enters, public or in blocks of channels as it comes; says so in
/// `planes`.
LayoutId entering(const KernelRequest& r, std::size_t k, PaddedPlanes& planes);
/// Numbers of an image of `points` points, public (lanes is 0) or in blocks of this many channels.
int64_t stored_numbers(int64_t lanes, int64_t channels, int64_t points);
/// Numbers between two images that enter.
int64_t entering_numbers(const PaddedPlanes& p);

/// Share of vectors that hold something when they run along this extent.
double filled(int64_t extent);

struct ThreadedCost {
  int count;
  double seconds;
  ThreadedCost(const KernelRequest& r, const ConvTypes& s, double efficiency);
};

std::string few_channels_note(std::string_view how, int threads);

/// The offer of a run; `how` says over what its vectors run.
template <class Run>
Offer offer_of(std::shared_ptr<Run> run, const ThreadedCost& threads, std::string_view how,
               std::vector<LayoutId> in, std::vector<LayoutId> out) {
  Offer offer;
  offer.in_layouts = std::move(in);
  offer.out_layouts = std::move(out);
  offer.scratch = run->scratch();
  offer.cost = threads.seconds;
  offer.note = few_channels_note(how, threads.count);
  offer.kernel = std::move(run);
  return offer;
}

inline int64_t rounded(int64_t numbers) { return (numbers + 15) / 16 * 16; }

/// Calls work(thread, first image, last image).
template <class F>
void share_images(int64_t images, int threads, const F& work) {
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
  for (int part = 0; part < threads; ++part)
    work(part, images * part / threads, images * (part + 1) / threads);
}

}  // namespace luge::cpu::conv
