#include "fuzz/draw.h"

#include "luge/error.h"

namespace luge::fuzz {

const std::vector<Draw>& draws() {
  static const std::vector<Draw> all = [] {
    std::vector<Draw> joined;
    for (const auto& family :
         {elementwise_draws(), reduce_draws(), shape_draws(), index_draws(), image_draws(), resample_draws(),
          product_draws(), linalg_draws(), sequence_draws(), pattern_draws(), loss_draws()})
      joined.insert(joined.end(), family.begin(), family.end());
    return joined;
  }();
  return all;
}

namespace {

const Draw& weighted(Draft& draft, const std::vector<Draw>& from) {
  std::int64_t total = 0;
  for (const Draw& draw : from) total += draw.weight;
  std::int64_t left = draft.below(total);
  for (const Draw& draw : from) {
    if ((left -= draw.weight) < 0) return draw;
  }
  return from.back();
}

// A case about images draws mostly what images are made for, and so on; a third mixes all.
std::vector<Draw> theme(Draft& draft) {
  switch (draft.below(6)) {
    case 0: {
      std::vector<Draw> images = image_draws();
      for (Draw draw : resample_draws()) images.push_back(draw);
      for (Draw draw : elementwise_draws()) images.push_back(draw);
      for (Draw draw : pattern_draws()) images.push_back({draw.name, draw.weight * 2, draw.add});
      return images;
    }
    case 1: {
      std::vector<Draw> products = product_draws();
      for (Draw draw : sequence_draws()) products.push_back(draw);
      for (Draw draw : elementwise_draws()) products.push_back(draw);
      for (Draw draw : reduce_draws()) products.push_back({draw.name, (draw.weight + 1) / 2, draw.add});
      return products;
    }
    case 2: {
      std::vector<Draw> plain = elementwise_draws();
      for (Draw draw : reduce_draws()) plain.push_back(draw);
      return plain;
    }
    case 3: {
      std::vector<Draw> shapes = shape_draws();
      for (Draw draw : elementwise_draws()) shapes.push_back({draw.name, (draw.weight + 2) / 3, draw.add});
      for (Draw draw : index_draws()) shapes.push_back(draw);
      return shapes;
    }
    default: return draws();
  }
}

}  // namespace

Case draw_case(std::uint64_t seed, std::uint64_t number) {
  Draft draft(seed, number);
  const std::vector<Draw> from = theme(draft);
  const std::int64_t count = draft.between(1, 12);
  for (std::int64_t made = 0, tries = 0; made < count && tries < 60; ++tries) {
    const std::size_t before = draft.size();
    try {
      weighted(draft, from).add(draft);
      ++made;
    } catch (const Skip&) {
      draft.cut(before);
    } catch (const Error&) {  // the draw asked for what its shapes do not allow
      draft.cut(before);
    }
  }
  return draft.finish();
}

}  // namespace luge::fuzz
