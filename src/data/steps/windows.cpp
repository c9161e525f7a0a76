// windows: ids cut into pieces of one length, for the prediction of the next id.
#include <fmt/format.h>

#include <algorithm>

#include "data/steps/step.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct Cut : steps::WindowOptions {
  static void fields(auto& self, auto&& field) {
    field("length", self.length, "the number of ids in a window", options::at_least(1));
    field("stride", self.stride, "the distance of the beginnings of windows; 0: the length",
          options::at_least(0));
    field("from", self.from, "the field of ids");
  }
};

class Windows final : public StepWith<Windows, Cut> {
 public:
  static constexpr const char* kName = "windows";
  explicit Windows(Cut options) : StepWith(std::move(options)) { options::check(kName, options_); }
  Dataset apply(const Dataset& data) const override {
    const Field& field = data.info().fields.at(options_.from);
    if (field.dtype != i64 || field.shape.rank() != 1) {
      throw DTypeError(fmt::format("windows: the field '{}' of {} is {}; expected ids, i64[?]", options_.from,
                                   data.info().name, field.to_string()));
    }
    const std::int64_t stride = options_.stride > 0 ? options_.stride : options_.length;
    return Dataset(windows_view(data.source(), options_.from, options_.length, stride));
  }
  void apply(Record& raw) const override {
    const HostArray* found = raw.find(options_.from);
    if (!found) return;
    const auto ids = found->as<std::int64_t>();
    const std::size_t length = static_cast<std::size_t>(options_.length),
                      count = std::min(ids.size(), length);
    HostArray input(Field{i64, {options_.length}}), used(Field{i64, {}});
    std::copy_n(ids.end() - static_cast<std::ptrdiff_t>(count), count, input.as<std::int64_t>().begin());
    used.as<std::int64_t>()[0] = static_cast<std::int64_t>(count);
    raw.erase(options_.from);
    raw.set(kInput, std::move(input));
    raw.set(kPromptLength, std::move(used));
  }
};

const bool added_windows = Windows::add();

}  // namespace

StepRef steps::windows(const WindowOptions& options) { return std::make_shared<Windows>(Cut{options}); }

}  // namespace luge::data
