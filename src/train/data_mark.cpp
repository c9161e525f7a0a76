#include "train/data_mark.h"

#include <fmt/format.h>

#include <utility>

#include "luge/error.h"

namespace luge::train {

const std::string& DataMark::text() const {
  if (const auto batches = std::exchange(batches_, std::nullopt)) {
    const data::Dataset& samples = batches->dataset();
    text_ = fmt::format("{} samples{}, fingerprint {:016x}", samples.size(),
                        with_batch_size_ ? fmt::format(" in batches of {}", batches->batch_size()) : "",
                        samples.fingerprint());
  }
  return text_;
}

void check_same_data(const std::string& role, const DataMark& saved, const DataMark& now) {
  if (saved.text() == now.text()) return;
  const auto sizes = [](const std::string& text) { return text.substr(0, text.rfind(',')); };
  throw ValueError(fmt::format(
      "fit: the checkpoint was made on different {} data{}: {}; this is {}; accept_changed_data=true goes on "
      "anyway",
      role, sizes(saved.text()) == sizes(now.text()) ? " (the same size, but other bytes)" : "", saved.text(),
      now.text()));
}

}  // namespace luge::train
