#include "luge/flatten.h"

namespace luge {

// The only list of a compiled function is handed on as it is: nothing can fail then.
Tensors FlatReader::tensors(std::size_t count) {
  if (tensor_ == 0 && count == flat_.tensors.size()) {
    tensor_ = count;
    return std::move(flat_.tensors);
  }
  const auto first = flat_.tensors.begin() + static_cast<std::ptrdiff_t>(tensor_);
  tensor_ += count;
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

void Flatten<Tensors>::put(const Tensors& value, Flat& flat) {
  flat.words.push_back(std::to_string(value.size()));
  flat.tensors.insert(flat.tensors.end(), value.begin(), value.end());
}

Tensors Flatten<Tensors>::take(FlatReader& from) { return from.tensors(from.number()); }

void Flatten<NamedTensors>::put(const NamedTensors& value, Flat& flat) {
  flat.words.reserve(flat.words.size() + 1 + value.size());
  flat.words.push_back(std::to_string(value.size()));
  for (const auto& [name, tensor] : value) {
    flat.words.push_back(name);
    flat.tensors.push_back(tensor);
  }
}

NamedTensors Flatten<NamedTensors>::take(FlatReader& from) {
  NamedTensors value;
  for (std::size_t left = from.number(); left > 0; --left) {
    const std::string name = from.word();
    value.set(name, from.tensor());
  }
  return value;
}

}  // namespace luge
