// A batch as tensors and words, for compile.
#include "luge/data/batches.h"

namespace luge {

void Flatten<data::Batch>::put(const data::Batch& batch, Flat& flat) {
  const std::size_t count = batch.input.defined() + batch.target.defined() + batch.others.size();
  flat.tensors.reserve(flat.tensors.size() + count);
  flat.words.reserve(flat.words.size() + 1 + count);
  flat.words.push_back(std::to_string(count));
  const auto add = [&](std::string_view name, const Tensor& tensor) {
    if (!tensor.defined()) return;
    flat.words.emplace_back(name);
    flat.tensors.push_back(tensor);
  };
  add(data::kInput, batch.input);
  add(data::kTarget, batch.target);
  for (const auto& [name, tensor] : batch.others) add(name, tensor);
}

data::Batch Flatten<data::Batch>::take(FlatReader& from) {
  data::Batch batch;
  for (std::size_t left = from.number(); left > 0; --left) {
    const std::string name = from.word();
    batch.set(name, from.tensor());
  }
  return batch;
}

}  // namespace luge
